; Nothing is allowed.
        ld arch
        jeq #x86_64, native
        ret KILL_PROCESS
native: ld nr
        jlt #0x40000000, deny
        ret KILL_PROCESS
deny:   ret EPERM
