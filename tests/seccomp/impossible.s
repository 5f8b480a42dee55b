; 4 bits are compared with 16: the condition can't hold.
        ld arch
        jeq #x86_64, native
        ret KILL_PROCESS
native: ld nr
        jlt #0x40000000, call
        ret KILL_PROCESS
call:   jne #execve, deny
        ld arg0
        and #15
        jne #16, deny
        ret ALLOW
deny:   ret EPERM
