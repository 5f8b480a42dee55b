#!/usr/bin/env bash
# The seccomp profile of podman (seccomp.json of containers-common) has three rules for setns: one among 374 calls that are always allowed,
# one that allows it with CAP_SYS_ADMIN, and one that answers EPERM without. mount, umount2, unshare and pivot_root are in the first rule alone,
# and all other calls that the last two name are in them alone. Two of the three can have no effect, and which two depends on their order.
set -u

version=0.50.1+ds1-4
tmp=$(mktemp -d) || exit 3
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 3
apt-get -qq download golang-github-containers-common=$version 2> /dev/null || { echo "can't be tried: no golang-github-containers-common $version here"; exit 3; }
dpkg-deb -x ./*.deb root || exit 3
cat > look.py <<'END'
import json, sys
rules = json.load(open(sys.argv[1]))["syscalls"]
def caps(rule, key):
    return ",".join((rule.get(key) or {}).get("caps", []))
for n, rule in enumerate(rules):
    if "setns" in rule["names"]:
        print(f"rule {n} of {len(rules)}, {len(rule['names'])} calls: {rule['action']}, with: {caps(rule, 'includes')}, without: {caps(rule, 'excludes')}")
plain = {name for rule in rules if not rule.get("includes") and not rule.get("excludes") and not rule.get("args")
         and rule["action"] == "SCMP_ACT_ALLOW" for name in rule["names"]}
denied = {name for rule in rules if rule["action"] == "SCMP_ACT_ERRNO" and caps(rule, "excludes") for name in rule["names"]}
print("allowed always, and refused without a capability:", ", ".join(sorted(plain & denied)))
END
python3 look.py "$(find root -name seccomp.json | head -n 1)" > said 2> errors || { echo "can't be tried: $(tail -n 1 errors)"; exit 3; }
echo "version: golang-github-containers-common $version"
echo 'input: its seccomp.json'
echo 'expected: one decision for each call and set of capabilities'
sed 's/^/observed: /' said
[ "$(grep -c '^rule' said)" = 3 ] && grep -q ': setns$' said
