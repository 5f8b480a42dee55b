; The low half of an address is compared alone: any high half passes.
        ld arch
        jeq #x86_64, native
        ret KILL_PROCESS
native: ld nr
        jlt #0x40000000, call
        ret KILL_PROCESS
call:   jne #munmap, deny
        ld arg1
        jne #0x1000, deny
        ret ALLOW
deny:   ret EPERM
