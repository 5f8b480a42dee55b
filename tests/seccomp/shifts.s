; Arithmetic on the number: a mask of all bits, shifted to and fro, which loses the two highest.
        ld arch
        jeq #x86_64, native
        ret KILL_PROCESS
native: ld nr
        jlt #0x40000000, call
        ret KILL_PROCESS
call:   and #0xffffffff
        lsh #2
        rsh #2
        jne #59, deny
        ret ALLOW
deny:   ret EPERM
