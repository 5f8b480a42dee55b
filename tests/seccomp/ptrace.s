; An escape: ptrace is allowed.
        ld arch
        jeq #x86_64, native
        ret KILL_PROCESS
native: ld nr
        jlt #0x40000000, call
        ret KILL_PROCESS
call:   jne #ptrace, deny
        ret ALLOW
deny:   ret EPERM
