; A value that is no action is returned for getpid.
        ld arch
        jeq #x86_64, native
        ret KILL_PROCESS
native: ld nr
        jlt #0x40000000, call
        ret KILL_PROCESS
call:   jne #getpid, deny
        ret #0x12340000
deny:   ret EPERM
