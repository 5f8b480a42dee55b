; A deny list by x86_64's numbers that lets the same call through by its x32 one.
        ld arch
        jeq #x86_64, native
        ret KILL_PROCESS
native: ld nr
        jeq #execve, deny
        jeq #0x40000208, allow
        jge #0x40000000, deny
allow:  ret ALLOW
deny:   ret EPERM
