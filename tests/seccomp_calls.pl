#!/usr/bin/perl
# tests/seccomp_calls.pl LINUX: the calls of every architecture, as the kernel source in the folder LINUX defines
# them, in the form of cbridge/audit/calls.txt, whose head says what a line means. `make calls LINUX=DIR`
# compares that file with it.
use strict;
use warnings;

my $linux = shift or die "seccomp_calls.pl: which folder has the kernel's source?\n";
-r "$linux/scripts/syscall.tbl" or die "seccomp_calls.pl: $linux: no kernel source with tables of calls\n";

# Name here, folder of its own definitions, table, ABIs, first number, and whether the kernel that runs it has 64 bits.
my @arches = (
  ['x86_64', 'x86', 'arch/x86/entry/syscalls/syscall_64.tbl', 'common,64', 0, 64],
  ['x32', 'x86', 'arch/x86/entry/syscalls/syscall_64.tbl', 'common,x32', 0x40000000, 64],
  ['i386', 'x86', 'arch/x86/entry/syscalls/syscall_32.tbl', 'i386', 0, 32],
  ['aarch64', 'arm64', 'arch/arm64/tools/syscall_64.tbl', 'common,64,renameat,rlimit,memfd_secret', 0, 64],
  ['arm', 'arm', 'arch/arm/tools/syscall.tbl', 'common', 0, 32],
  ['riscv64', 'riscv', 'scripts/syscall.tbl', 'common,64,riscv,rlimit,memfd_secret', 0, 64],
  ['s390x', 's390', 'arch/s390/kernel/syscalls/syscall.tbl', 'common,64', 0, 64],
  ['ppc64le', 'powerpc', 'arch/powerpc/kernel/syscalls/syscall.tbl', 'common,nospu,64', 0, 64],
  ['ppc64', 'powerpc', 'arch/powerpc/kernel/syscalls/syscall.tbl', 'common,nospu,64', 0, 64],
  ['ppc', 'powerpc', 'arch/powerpc/kernel/syscalls/syscall.tbl', 'common,nospu,32', 0, 32],
  ['mips64el', 'mips', 'arch/mips/kernel/syscalls/syscall_n64.tbl', 'n64', 5000, 64],
  ['mipsel64n32', 'mips', 'arch/mips/kernel/syscalls/syscall_n32.tbl', 'n32', 6000, 64],
  ['mipsel', 'mips', 'arch/mips/kernel/syscalls/syscall_o32.tbl', 'o32', 4000, 32],
  ['mips64', 'mips', 'arch/mips/kernel/syscalls/syscall_n64.tbl', 'n64', 5000, 64],
  ['mips64n32', 'mips', 'arch/mips/kernel/syscalls/syscall_n32.tbl', 'n32', 6000, 64],
  ['mips', 'mips', 'arch/mips/kernel/syscalls/syscall_o32.tbl', 'o32', 4000, 32],
  ['parisc', 'parisc', 'arch/parisc/kernel/syscalls/syscall.tbl', 'common,32', 0, 32],
  ['parisc64', 'parisc', 'arch/parisc/kernel/syscalls/syscall.tbl', 'common,64', 0, 64],
);
# s390 with 31 bits is no architecture of this release any more.

# What a type is: s or u and its bits; `l`, a long or a pointer of the kernel's own, is as wide as its registers.
# Types that architectures define otherwise (compat_mode_t, compat_ipc_pid_t, ...) are not here.
my %class = (
  (map { $_ => 's32' } 'int', 'pid_t', 'clockid_t', 'timer_t', 'mqd_t', 'key_t', 'key_serial_t', 'rwf_t',
    'compat_pid_t', 'compat_long_t', 'compat_off_t', '__s32', 's32', 'compat_ssize_t', 'compat_key_t'),
  (map { $_ => 'u32' } 'unsigned int', 'unsigned', 'uint', 'uid_t', 'gid_t', 'qid_t', 'u32', '__u32', 'uint32_t',
    'compat_ulong_t', 'compat_size_t', 'compat_uptr_t', 'compat_aio_context_t', 'compat_uint_t'),
  (map { $_ => 'u16' } 'umode_t', 'old_uid_t', 'old_gid_t'),
  (map { $_ => 'l' } 'long', 'unsigned long', 'size_t', 'off_t', 'aio_context_t', 'ssize_t', 'cap_user_header_t',
    'cap_user_data_t', '__sighandler_t', 'u_long', 'kernel_ulong_t', 'uintptr_t'),
  (map { $_ => '64' } 'loff_t', 'u64', '__u64', 's64', 'off64_t', 'uint64_t'),
);

# Arguments that are declared as wide as a register while the body of the call decides, by hand: u32, only the low 32
# bits are used; ?, some bits are passed over, or which are depends on another argument. ENTRY:ARGUMENT, without what
# begins a compatible entry; an entry is what the definition is called.
my %decided = (
  'clone:clone_flags' => 'u32', 'personality:personality' => 'u32',
  'ppc64_personality:personality' => 'u32', '32_personality:personality' => 'u32', 'ptrace:pid' => 'u32',
  (map { ("$_:fd" => 'u32', "$_:vlen" => '?', "$_:pos_h" => '?') } 'readv', 'writev', 'preadv', 'pwritev', 'preadv2',
    'pwritev2', 'preadv64', 'pwritev64', 'preadv64v2', 'pwritev64v2'),
  (map { ("$_:liovcnt" => '?', "$_:riovcnt" => '?') } 'process_vm_readv', 'process_vm_writev'),
  'vmsplice:nr_segs' => '?', 'process_madvise:vlen' => '?',
  (map { ("$_:prot" => '?', "$_:flags" => '?', "$_:fd" => '?') } 'mmap', 'mmap2', 'mips_mmap', 'mips_mmap2'),
  'remap_file_pages:flags' => '?', 'mbind:mode' => '?', 'mount:flags' => '?', 'fcntl:arg' => '?', 'ioctl:arg' => '?',
  (map { ("$_:arg2" => '?', "$_:arg3" => '?', "$_:arg4" => '?', "$_:arg5" => '?') } 'prctl', 'keyctl'),
  'semctl:arg' => '?', 'old_semctl:arg' => '?', 'kcmp:idx1' => '?', 'kcmp:idx2' => '?', 'sysfs:arg1' => '?',
  'sysfs:arg2' => '?', (map { ("$_:second" => '?', "$_:third" => '?', "$_:fifth" => '?') } 'ipc', 's390_ipc'),
  (map { my $n = $_; map { ("$n:$_" => '?') } 'which', 'in_bus', 'in_devfn', 'bus', 'dfn', 'off', 'len' }
    'pciconfig_iobase', 'pciconfig_read', 'pciconfig_write'),
);
# Entries that are written in assembly, save registers and go on to a definition.
my %wraps = ('__sys_clone' => 'sys_clone', '__sys_clone3' => 'sys_clone3', 'sys_clone_wrapper' => 'sys_clone',
  'sys_clone3_wrapper' => 'sys_clone3');

my (%defs, %sources);
sub condition_holds {
  my ($stack, $config) = @_;
  for my $c (@$stack) {
    return 0 if defined $c && exists $config->{$c->[0]} && $config->{$c->[0]} != $c->[1];
  }
  return 1;
}
sub signature {
  my ($text) = @_;
  $text =~ s{/\*.*?\*/}{}gs;
  my @parts = map { s/\s+/ /gr =~ s/^ | $//gr } split /,/, $text;
  shift @parts;
  my @arguments;
  while (@parts >= 2) {
    my ($type, $name) = splice @parts, 0, 2;
    $type =~ s/\b(__user|__kernel|__force)\b//g;
    $type =~ s/\s+/ /g, $type =~ s/^ | $//g;
    $type =~ s/\bconst\b ?//g, $type =~ s/^ | $//g unless $type =~ /\*/;
    my $class = $type =~ /\*/ ? 'l' : $type =~ /^enum \w+$/ ? 'u32' : ($class{$type} // '?');
    push @arguments, [$class, $name, $type];
  }
  return \@arguments;
}
sub read_source {
  my ($path) = @_;
  open my $in, '<', "$linux/$path" or die "$path: $!\n";
  my @stack;
  my $text = '';
  while (my $line = <$in>) {
    if ($line =~ /^\s*#\s*ifdef\s+(\w+)/ || $line =~ /^\s*#\s*if\s+defined\s*\(?\s*(\w+)\s*\)?\s*$/) { push @stack, [[$1, 1]] }
    elsif ($line =~ /^\s*#\s*ifndef\s+(\w+)/ || $line =~ /^\s*#\s*if\s+!\s*defined\s*\(?\s*(\w+)\s*\)?\s*$/) { push @stack, [[$1, 0]] }
    elsif ($line =~ /^\s*#\s*if\b/) { push @stack, [['?', 1]] }
    elsif ($line =~ /^\s*#\s*(else|elif)\b/ && @stack) {
      my $top = $stack[-1];
      $top->[-1] = [$top->[-1][0], 1 - $top->[-1][1]];
      push @$top, $line =~ /elif\s+defined\s*\(?\s*(\w+)\s*\)?\s*$/ ? [$1, 1] : ['?', 1] if $1 eq 'elif' || $line =~ /elif/;
    } elsif ($line =~ /^\s*#\s*endif/) { pop @stack }
    if ($line =~ /^((?:COMPAT_)?SYSCALL)_DEFINE([0-6])\(\s*(\w+)/) {
      my ($name, $count) = ($3, $2);
      my $kind = $line =~ /^COMPAT_SYSCALL/ ? 'compat_sys_' : $line =~ /^SYSCALL_DEFINE/ ? 'sys_' : '';
      my $whole = $line;
      while ($whole !~ /\)\s*(\{|$)/ && defined(my $more = <$in>)) { $whole .= $more }
      next unless $kind && $whole =~ /DEFINE[0-6]\((.*?)\)\s*(\{|$)/s;
      my $taken = $1; # the next match replaces $1
      my ($owner) = $path =~ m{^arch/([^/]+)/};
      push @{$defs{"$kind$name"}}, {owner => $owner // '', path => $path, args => signature($taken), count => $count,
        conditions => [map { @$_ } @stack]};
    }
  }
}
open my $list, "-|", "cd '$linux' && grep -rlE 'SYSCALL_DEFINE[0-6][(]' --include=*.c --exclude-dir=tools --exclude-dir=Documentation --exclude-dir=um . | LC_ALL=C sort"
  or die "grep: $!\n";
chomp(my @files = <$list>);
read_source(s{^\./}{}r) for @files;
die "seccomp_calls.pl: $linux: no definitions of calls found\n" if keys(%defs) < 300;

sub configuration { # what is known of an architecture's configuration
  my ($folder, $bits) = @_;
  my %config = map { $_ => 0 } qw(CONFIG_CLONE_BACKWARDS CONFIG_CLONE_BACKWARDS2 CONFIG_CLONE_BACKWARDS3);
  open my $in, '<', "$linux/arch/$folder/Kconfig" or die "$folder: $!\n";
  my $part = '';
  while (<$in>) {
    $part = $1 if /^config (\w+)/;
    next unless /^\s*select (CLONE_BACKWARDS\d?)(?:\s+if (.*))?\s*$/;
    my ($name, $if) = ($1, $2 // $part);
    my $holds = $if =~ /^(X86_32|!64BIT)$/ ? $bits == 32 : $if eq $part ? 1 : die "select $name if $if\n";
    $config{"CONFIG_$name"} = 1 if $holds;
  }
  $config{CONFIG_64BIT} = $bits == 64 ? 1 : 0;
  $config{CONFIG_COMPAT} = 1 if $bits == 64;
  return \%config;
}
sub text_of { my ($d) = @_; return join ', ', map { "$_->[0] $_->[1]" } @{$d->{args}} }
# The arguments of an entry, or '?': none found, several that differ, a type that is not known.
sub arguments_of {
  my ($entry, $folder, $config, $bits) = @_;
  $entry = $wraps{$entry} // $entry;
  my $plain = $entry =~ s/^(compat_)?sys_//r;
  my @found = grep { $_->{owner} eq '' || $_->{owner} eq $folder } @{$defs{$entry} // []};
  @found = grep { condition_holds($_->{conditions}, $config) } @found;
  my @own = grep { $_->{owner} eq $folder } @found;
  @found = @own if @own;
  return '?' unless @found;
  my %texts = map { text_of($_) => 1 } @found;
  return '?' if keys %texts != 1;
  my @arguments = @{$found[0]{args}};
  return '?' if @arguments != $found[0]{count};
  my @out;
  for my $a (@arguments) {
    my ($class, $name) = @$a;
    $class = $decided{"$plain:$name"} // $class if $class eq 'l' && $bits == 64;
    $class = '64' if $class eq 'l' && $bits == 64;
    $class = 'u32' if $class eq 'l';
    return '?' if $bits == 32 && $class eq '64'; # two registers, which ones is the architecture's own
    push @out, "$class $name";
  }
  return @out ? join(', ', @out) : '-';
}

my %lines; # "NAME arguments" => list of ARCH:NUMBER
for my $a (@arches) {
  my ($arch, $folder, $table, $abis, $first, $bits) = @$a;
  my %abi = map { $_ => 1 } split /,/, $abis;
  my $config = configuration($folder, $bits);
  open my $in, '<', "$linux/$table" or die "$table: $!\n";
  while (<$in>) {
    next if /^\s*(#|$)/;
    my ($number, $kind, $name, $entry) = split;
    next unless $abi{$kind};
    next if $name =~ /^(reserved|unused)\d*$/;
    my $there = !defined $entry || $entry =~ /^(sys_ni_syscall|-)$/ ? '?' : arguments_of($entry, $folder, $config, $bits);
    push @{$lines{"$name\t$there"}}, "$arch:" . ($number + $first);
  }
}
my %version;
open my $make, '<', "$linux/Makefile" or die "$linux/Makefile: $!\n";
while (<$make>) { $version{$1} = $2 if /^(VERSION|PATCHLEVEL|SUBLEVEL) = (\d+)/ }
print <<"HEAD";
# The calls of every architecture, from the tables and definitions of Linux $version{VERSION}.$version{PATCHLEVEL}.$version{SUBLEVEL}; written by tests/seccomp_calls.pl.
# NAME, a tab, ARCH:NUMBER ..., a tab, and its arguments in order: how the kernel takes each (s or u, signed or
# unsigned, with its bits where it is narrow; 64: all of them) and its name. `-`: it has none. `?`: not known, because
# the definition is not found, is not one, has a type that architectures define otherwise, or leaves it to the body.
HEAD
print map { my ($name, $there) = split /\t/; "$name\t@{$lines{$_}}\t$there\n" } sort keys %lines;
