; Arithmetic on the number: A -= 59, compared with 0.
        ld arch
        jeq #x86_64, native
        ret KILL_PROCESS
native: ld nr
        jlt #0x40000000, call
        ret KILL_PROCESS
call:   sub #59
        jne #0, deny
        ret ALLOW
deny:   ret EPERM
