; ioctl's request is a 32-bit number for the kernel (here TIOCSTI): denying the 64-bit value is no
; denial.
        ld arch
        jeq #x86_64, native
        ret KILL_PROCESS
native: ld nr
        jlt #0x40000000, call
        ret KILL_PROCESS
call:   jne #ioctl, allow
        ld arg1.high
        jne #0, allow
        ld arg1
        jeq #0x5412, deny
allow:  ret ALLOW
deny:   ret EPERM
