; AT_FDCWD as one release of the C library passes it, zero-extended; another one sign-extends it.
        ld arch
        jeq #x86_64, native
        ret KILL_PROCESS
native: ld nr
        jlt #0x40000000, call
        ret KILL_PROCESS
call:   jne #openat, deny
        ld arg0.high
        jne #0, deny
        ld arg0
        jne #0xffffff9c, deny
        ret ALLOW
deny:   ret EPERM
