; The instruction pointer decides.
        ld arch
        jeq #x86_64, native
        ret KILL_PROCESS
native: ld nr
        jlt #0x40000000, call
        ret KILL_PROCESS
call:   jne #getpid, deny
        ld ip
        jlt #0x1000, deny
        ret ALLOW
deny:   ret EPERM
