;; Calls itself without end. At each 32nd step it signs with ML-DSA-87, which takes more of the host's stack than all else: wherever the
;; engine ends the guest, a call was made not long before.
(module
    (import "wasi_ephemeral_crypto_asymmetric_common" "keypair_generate"
        (func $generate (param i32 i32 i32 i32 i32) (result i32)))
    (import "wasi_ephemeral_crypto_signatures" "signature_state_open" (func $open (param i32 i32) (result i32)))
    (import "wasi_ephemeral_crypto_signatures" "signature_state_sign" (func $sign (param i32 i32) (result i32)))
    (import "wasi_ephemeral_crypto_signatures" "signature_state_close" (func $close_state (param i32) (result i32)))
    (import "wasi_ephemeral_crypto_signatures" "signature_close" (func $close (param i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "ML-DSA-87")
    ;; No options.
    (data (i32.const 16) "\01")
    (global $depth (mut i32) (i32.const 0))
    (func $check (param i32) (if (local.get 0) (then unreachable)))
    (func $recurse
        ;; In wasm3, loops take of the thread's stack, so that it comes to its end before that of wasm3 itself.
        (loop (loop (loop (loop (loop (loop (loop (loop (loop (loop (loop (loop (loop (loop (loop (loop
            (global.set $depth (i32.add (global.get $depth) (i32.const 1)))
            (if (i32.eqz (i32.and (global.get $depth) (i32.const 31))) (then
                (call $check (call $open (i32.load (i32.const 24)) (i32.const 28)))
                (call $check (call $sign (i32.load (i32.const 28)) (i32.const 32)))
                (call $check (call $close_state (i32.load (i32.const 28))))
                (call $check (call $close (i32.load (i32.const 32))))))
            (call $recurse)
            ;; So that the call is not the last thing, for which engines need no stack.
            (global.set $depth (i32.sub (global.get $depth) (i32.const 1))))))))))))))))))))
    (func (export "_start")
        (call $check (call $generate (i32.const 0) (i32.const 0) (i32.const 9) (i32.const 16) (i32.const 24)))
        (call $recurse)))
