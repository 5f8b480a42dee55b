; getpid is compared twice: the second time it never matches, and its EPERM is out of reach.
        ld arch
        jeq #x86_64, native
        ret KILL_PROCESS
native: ld nr
        jlt #0x40000000, call
        ret KILL_PROCESS
call:   jeq #getpid, allow
        jeq #sendfile, allow
        jeq #getpid, deny
allow:  ret ALLOW
deny:   ret EPERM
