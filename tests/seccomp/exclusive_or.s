; Arithmetic on the number: two constants that differ by 59.
        ld arch
        jeq #x86_64, native
        ret KILL_PROCESS
native: ld nr
        jlt #0x40000000, call
        ret KILL_PROCESS
call:   xor #0x5a5a
        xor #0x5a61
        jne #0, deny
        ret ALLOW
deny:   ret EPERM
