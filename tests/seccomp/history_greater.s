; libseccomp issue 139: > by halves, the low half compared also where the high halves differ.
; mprotect when arg0 > 0x100000005.
        ld arch
        jeq #x86_64, native
        ret KILL_PROCESS
native: ld nr
        jlt #0x40000000, call
        ret KILL_PROCESS
call:   jne #mprotect, deny
        ld arg0.high
        jlt #1, deny
        ld arg0
        jle #5, deny
        ret ALLOW
deny:   ret EPERM
