; A deny list that numbers with the x32 bit pass.
        ld arch
        jeq #x86_64, native
        ret KILL_PROCESS
native: ld nr
        jeq #execve, deny
        ret ALLOW
deny:   ret EPERM
