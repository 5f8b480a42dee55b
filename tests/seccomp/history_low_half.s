; The low half alone of an argument that is declared with 64 bits, of which the kernel uses the low ones: no finding.
        ld arch
        jeq #x86_64, native
        ret KILL_PROCESS
native: ld nr
        jlt #0x40000000, call
        ret KILL_PROCESS
call:   jne #mmap, deny
        ld arg2
        jne #1, deny
        ret ALLOW
deny:   ret EPERM
