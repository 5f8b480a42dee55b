; The architecture is not checked: 102 is getuid on x86_64, and on i386 socketcall.
        ld nr
        jne #getuid, kill
        ret ALLOW
kill:   ret KILL_PROCESS
