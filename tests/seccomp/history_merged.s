; libseccomp issue 148: blocks taken for the same one though they lead elsewhere. What follows arg1
; == 0x2000 is what follows 0x1000.
        ld arch
        jeq #x86_64, native
        ret KILL_PROCESS
native: ld nr
        jlt #0x40000000, call
        ret KILL_PROCESS
call:   jne #openat, deny
        ld arg1
        jeq #0x1000, arg2
        jne #0x2000, deny
arg2:   ld arg2
        jne #0, deny
        ret ALLOW
deny:   ret EPERM
