; The same with <=.
        ld arch
        jeq #x86_64, native
        ret KILL_PROCESS
native: ld nr
        jlt #0x40000000, call
        ret KILL_PROCESS
call:   jne #mprotect, deny
        ld arg0.high
        jgt #1, deny
        ld arg0
        jgt #5, deny
        ret ALLOW
deny:   ret EPERM
