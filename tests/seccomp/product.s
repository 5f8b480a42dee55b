; The product of two arguments: undecided for that call, and for no other.
        ld arch
        jeq #x86_64, native
        ret KILL_PROCESS
native: ld nr
        jlt #0x40000000, call
        ret KILL_PROCESS
call:   jne #execve, deny
        ld arg0
        tax
        ld arg1
        mul x
        jeq #0x12345677, allow
deny:   ret EPERM
allow:  ret ALLOW
