; A rule that lost one of the values it had (8) when two were joined.
        ld arch
        jeq #x86_64, native
        ret KILL_PROCESS
native: ld nr
        jlt #0x40000000, call
        ret KILL_PROCESS
call:   jne #getpid, deny2
        ld arg0
        jne #8, call2
        jeq #9, allow
call2:  jne #10, deny
        jeq #8, deny
allow:  ret ALLOW
deny:   ret EPERM
deny2:  ret EPERM
