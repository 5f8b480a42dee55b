; The same without a look at the architecture; what the other calls come to is not the product's to
; decide.
        ld nr
        jne #getpid, allow
        ld arg0
        tax
        ld arg1
        mul x
        jeq #0x12345677, allow
        jne #40, kill
allow:  ret ALLOW
kill:   ret KILL_PROCESS
