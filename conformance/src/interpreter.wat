;; The fixed part of every guest: runs the program that `guest.rs` puts into memory, and writes one line for each case.
;;
;; A program is a row of operations: an opcode byte, fields (numbers, little-endian, unaligned), values. A value takes
;; 13 bytes: kind (u8), a, b, c (u32). `guest.rs` lists the operations; the table below has them in the same order.
;; Lines: "@wcc KIND INDEX STEP DATA", all hexadecimal. P: passed, F: failed, N: note, D: dump, E: the program's end.
;;
;; Only WebAssembly 1.0 (MVP), so that every engine takes it.

  (type $operation (func))
  (type $trampoline (func (param i32) (result i32)))

  (global $pc (mut i32) (i32.const 0))         ;; next operation
  (global $index (mut i32) (i32.const 0))      ;; case under way
  (global $next (mut i32) (i32.const 0))       ;; where the next case begins
  (global $round (mut i32) (i32.const 0))      ;; rounds of the loop that are complete
  (global $rounds (mut i32) (i32.const 0))     ;; rounds that the loop shall make
  (global $loop (mut i32) (i32.const 0))       ;; where the loop begins
  (global $loop_end (mut i32) (i32.const 0))   ;; where it ends
  (global $written (mut i32) (i32.const 0))    ;; bytes in the output buffer
  (global $running (mut i32) (i32.const 1))

  ;; Memory below the program: 16 iovec, 24 count written, 64 to 4160 output buffer.

  (func $run (export "_start")
    (global.set $pc (i32.const PROGRAM))
    (loop $step
      (call_indirect (type $operation) (i32.load8_u (global.get $pc)))
      (br_if $step (global.get $running))))

  ;; ---- output ----

  (func $flush (local $start i32) (local $end i32)
    (local.set $start (i32.const 64))
    (local.set $end (i32.add (i32.const 64) (global.get $written)))
    (block $done
      (loop $again
        (br_if $done (i32.ge_u (local.get $start) (local.get $end)))
        (i32.store (i32.const 16) (local.get $start))
        (i32.store (i32.const 20) (i32.sub (local.get $end) (local.get $start)))
        (i32.store (i32.const 24) (i32.const 0))
        (if (call $fd_write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 24)) (then (unreachable)))
        (local.set $start (i32.add (local.get $start) (i32.load (i32.const 24))))
        (br $again)))
    (global.set $written (i32.const 0)))

  (func $put (param $char i32)
    (i32.store8 offset=64 (global.get $written) (local.get $char))
    (global.set $written (i32.add (global.get $written) (i32.const 1)))
    (if (i32.eq (global.get $written) (i32.const 4096)) (then (call $flush))))

  (func $put_hex (param $value i64) (param $digits i32) (local $digit i32)
    (loop $next
      (local.set $digits (i32.sub (local.get $digits) (i32.const 1)))
      (local.set $digit (i32.and (i32.const 15) (i32.wrap_i64
        (i64.shr_u (local.get $value) (i64.extend_i32_u (i32.shl (local.get $digits) (i32.const 2)))))))
      (call $put (i32.add (local.get $digit)
        (select (i32.const 87) (i32.const 48) (i32.gt_u (local.get $digit) (i32.const 9)))))
      (br_if $next (local.get $digits))))

  (func $put_bytes (param $at i32) (param $len i32)
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $len)))
        (call $put_hex (i64.load8_u (local.get $at)) (i32.const 2))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (local.set $len (i32.sub (local.get $len) (i32.const 1)))
        (br $next))))

  (func $begin_line (param $kind i32) (param $step i32)
    (call $put (i32.const 64)) (call $put (i32.const 119)) (call $put (i32.const 99)) (call $put (i32.const 99))
    (call $put (i32.const 32))
    (call $put (local.get $kind))
    (call $put (i32.const 32))
    (call $put_hex (i64.extend_i32_u (global.get $index)) (i32.const 8))
    (call $put (i32.const 32))
    (call $put_hex (i64.extend_i32_u (local.get $step)) (i32.const 8))
    (call $put (i32.const 32)))

  ;; Begins a line about something that is not as expected. `soft`: the case goes on.
  (func $begin_finding (param $soft i32) (param $step i32)
    (call $begin_line (select (i32.const 78) (i32.const 70) (local.get $soft)) (local.get $step))
    (if (i32.eqz (local.get $soft)) (then (global.set $pc (global.get $next)))))

  (func $end_line (call $put (i32.const 10)))

  ;; ---- values ----

  (func $value (param $at i32) (result i64) (local $kind i32) (local $a i32) (local $b i32)
    (local.set $kind (i32.load8_u (local.get $at)))
    (local.set $a (i32.load offset=1 align=1 (local.get $at)))
    (local.set $b (i32.load offset=5 align=1 (local.get $at)))
    (if (i32.eqz (local.get $kind)) (then                                             ;; 0: the number b:a
      (return (i64.load offset=1 align=1 (local.get $at)))))
    (if (i32.eq (local.get $kind) (i32.const 4)) (then                                ;; 4: end of memory + a
      (return (i64.extend_i32_u (i32.add (local.get $a) (i32.shl (memory.size) (i32.const 16)))))))
    (if (i32.eq (local.get $kind) (i32.const 5)) (then                                ;; 5: round
      (return (i64.extend_i32_u (global.get $round)))))
    (local.set $a (i32.add (local.get $a) (i32.mul (local.get $b) (global.get $round))))
    (if (i32.eq (local.get $kind) (i32.const 1)) (then                                ;; 1: address a + round * b
      (return (i64.extend_i32_u (local.get $a)))))
    (if (i32.eq (local.get $kind) (i32.const 2)) (then                                ;; 2: the u32 there, + c
      (return (i64.extend_i32_u (i32.add
        (i32.load align=1 (local.get $a)) (i32.load offset=9 align=1 (local.get $at)))))))
    (i64.load align=1 (local.get $a)))                                                ;; 3: the u64 there

  (func $value32 (param $at i32) (result i32) (i32.wrap_i64 (call $value (local.get $at))))

  ;; ---- operations ----

  (func $skip (param $len i32) (result i32) (local $at i32)
    (local.set $at (global.get $pc))
    (global.set $pc (i32.add (local.get $at) (local.get $len)))
    (local.get $at))

  (func $op_begin (local $at i32)
    (local.set $at (call $skip (i32.const 9)))
    (global.set $index (i32.load offset=1 align=1 (local.get $at)))
    (global.set $next (i32.load offset=5 align=1 (local.get $at))))

  (func $op_end
    (drop (call $skip (i32.const 1)))
    (call $begin_line (i32.const 80) (i32.const 0))
    (call $end_line)
    (call $flush))

  (func $op_halt
    (call $begin_line (i32.const 69) (i32.const 0))
    (call $end_line)
    (call $flush)
    (global.set $running (i32.const 0)))

  (func $op_call (local $at i32) (local $errno i32) (local $bit i32) (local $tries i32) (local $tolerated i32)
    (local.set $at (call $skip (i32.add (i32.const 29)
      (i32.mul (i32.const 13) (i32.load offset=25 align=1 (global.get $pc))))))
    (loop $again
      (local.set $errno (call_indirect (type $trampoline)
        (i32.add (local.get $at) (i32.const 29)) (i32.load offset=1 align=1 (local.get $at))))
      (local.set $tries (i32.add (local.get $tries) (i32.const 1)))
      (br_if $again (i32.and (i32.eq (local.get $errno) (i32.const 28))
        (i32.lt_u (local.get $tries) (i32.const 1000000)))))
    (if (i32.lt_u (local.get $errno) (i32.const 31)) (then
      (local.set $bit (i32.shl (i32.const 1) (local.get $errno)))))
    (if (i32.and (local.get $bit) (i32.load offset=17 align=1 (local.get $at))) (then
      (global.set $pc (global.get $loop_end))
      (return)))
    (local.set $tolerated (i32.or
      (i32.load offset=9 align=1 (local.get $at)) (i32.load offset=13 align=1 (local.get $at))))
    (if (i32.and (local.get $bit) (i32.load offset=5 align=1 (local.get $at))) (then
      (br_if 1 (i32.eqz (local.get $tolerated)))))
    (call $begin_finding
      (i32.and (local.get $bit) (i32.or (local.get $tolerated) (i32.load offset=5 align=1 (local.get $at))))
      (i32.load offset=21 align=1 (local.get $at)))
    (call $put_hex (i64.extend_i32_u (local.get $errno)) (i32.const 8))
    (call $end_line))

  (func $op_bytes (local $at i32) (local $left i32) (local $right i32) (local $len i32) (local $i i32) (local $equal i32)
    (local.set $at (call $skip (i32.const 46)))
    (local.set $left (call $value32 (i32.add (local.get $at) (i32.const 7))))
    (local.set $right (call $value32 (i32.add (local.get $at) (i32.const 20))))
    (local.set $len (call $value32 (i32.add (local.get $at) (i32.const 33))))
    (block $different
      (block $same
        (loop $next
          (br_if $same (i32.ge_u (local.get $i) (local.get $len)))
          (br_if $different (i32.ne
            (i32.load8_u (i32.add (local.get $left) (local.get $i)))
            (i32.load8_u (i32.add (local.get $right) (local.get $i)))))
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br $next)))
      (local.set $equal (i32.const 1)))
    (br_if 0 (i32.eq (local.get $equal) (i32.load8_u offset=1 (local.get $at))))
    (call $finding_of_bytes (local.get $at) (local.get $left) (local.get $len)))

  (func $op_filled (local $at i32) (local $start i32) (local $len i32) (local $i i32)
    (local.set $at (call $skip (i32.const 33)))
    (local.set $start (call $value32 (i32.add (local.get $at) (i32.const 7))))
    (local.set $len (call $value32 (i32.add (local.get $at) (i32.const 20))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $i) (local.get $len)))
        (if (i32.ne (i32.load8_u (i32.add (local.get $start) (local.get $i))) (i32.load8_u offset=1 (local.get $at)))
          (then
            (call $finding_of_bytes (local.get $at) (local.get $start) (local.get $len))
            (return)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next))))

  ;; The finding of an operation whose strength stands at +2 and step at +3, with the first 64 bytes that it looked at.
  (func $finding_of_bytes (param $at i32) (param $bytes i32) (param $len i32)
    (call $begin_finding (i32.load8_u offset=2 (local.get $at)) (i32.load offset=3 align=1 (local.get $at)))
    (call $put_bytes (local.get $bytes)
      (select (i32.const 64) (local.get $len) (i32.gt_u (local.get $len) (i32.const 64))))
    (call $end_line))

  (func $op_numbers (local $at i32) (local $left i64) (local $right i64) (local $relation i32)
    (local.set $at (call $skip (i32.const 33)))
    (local.set $left (call $value (i32.add (local.get $at) (i32.const 7))))
    (local.set $right (call $value (i32.add (local.get $at) (i32.const 20))))
    (local.set $relation (i32.load8_u offset=1 (local.get $at)))
    (if (i32.eq (local.get $relation) (i32.const 0)) (then (br_if 1 (i64.eq (local.get $left) (local.get $right)))))
    (if (i32.eq (local.get $relation) (i32.const 1)) (then (br_if 1 (i64.ne (local.get $left) (local.get $right)))))
    (if (i32.eq (local.get $relation) (i32.const 2)) (then (br_if 1 (i64.le_u (local.get $left) (local.get $right)))))
    (if (i32.eq (local.get $relation) (i32.const 3)) (then (br_if 1 (i64.ge_u (local.get $left) (local.get $right)))))
    (call $begin_finding (i32.load8_u offset=2 (local.get $at)) (i32.load offset=3 align=1 (local.get $at)))
    (call $put_hex (local.get $left) (i32.const 16))
    (call $put (i32.const 32))
    (call $put_hex (local.get $right) (i32.const 16))
    (call $end_line))

  (func $op_store (local $at i32) (local $to i32) (local $value i64)
    (local.set $at (call $skip (i32.const 28)))
    (local.set $to (call $value32 (i32.add (local.get $at) (i32.const 2))))
    (local.set $value (call $value (i32.add (local.get $at) (i32.const 15))))
    (if (i32.load8_u offset=1 (local.get $at))
      (then (i64.store align=1 (local.get $to) (local.get $value)))
      (else (i64.store32 align=1 (local.get $to) (local.get $value)))))

  (func $op_fill (local $at i32) (local $start i32) (local $end i32)
    (local.set $at (call $skip (i32.const 28)))
    (local.set $start (call $value32 (i32.add (local.get $at) (i32.const 2))))
    (local.set $end (i32.add (local.get $start) (call $value32 (i32.add (local.get $at) (i32.const 15)))))
    (block $done
      (loop $next
        (br_if $done (i32.eq (local.get $start) (local.get $end)))
        (i32.store8 (local.get $start) (i32.load8_u offset=1 (local.get $at)))
        (local.set $start (i32.add (local.get $start) (i32.const 1)))
        (br $next))))

  (func $op_copy (local $at i32) (local $to i32) (local $from i32) (local $len i32) (local $i i32)
    (local.set $at (call $skip (i32.const 40)))
    (local.set $to (call $value32 (i32.add (local.get $at) (i32.const 1))))
    (local.set $from (call $value32 (i32.add (local.get $at) (i32.const 14))))
    (local.set $len (call $value32 (i32.add (local.get $at) (i32.const 27))))
    (block $done
      (loop $next
        (br_if $done (i32.eq (local.get $i) (local.get $len)))
        (i32.store8 (i32.add (local.get $to) (local.get $i))
          (i32.load8_u (i32.add (local.get $from) (local.get $i))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next))))

  (func $op_grow
    (drop (memory.grow (i32.load offset=1 align=1 (call $skip (i32.const 5))))))

  (func $op_dump (local $at i32)
    (local.set $at (call $skip (i32.const 31)))
    (call $begin_line (i32.const 68) (i32.load offset=1 align=1 (local.get $at)))
    (call $put_bytes
      (call $value32 (i32.add (local.get $at) (i32.const 5)))
      (call $value32 (i32.add (local.get $at) (i32.const 18))))
    (call $end_line))

  (func $op_repeat (local $at i32)
    (local.set $at (call $skip (i32.const 18)))
    (global.set $loop_end (i32.load offset=1 align=1 (local.get $at)))
    (global.set $rounds (call $value32 (i32.add (local.get $at) (i32.const 5))))
    (global.set $round (i32.const 0))
    (global.set $loop (global.get $pc))
    (if (i32.eqz (global.get $rounds)) (then (global.set $pc (global.get $loop_end)))))

  (func $op_next
    (drop (call $skip (i32.const 1)))
    (global.set $round (i32.add (global.get $round) (i32.const 1)))
    (if (i32.lt_u (global.get $round) (global.get $rounds)) (then (global.set $pc (global.get $loop)))))

  ;; Checks input data by its FNV-1a hash.
  (func $op_unchanged (local $at i32) (local $start i32) (local $end i32) (local $hash i64)
    (local.set $at (call $skip (i32.const 21)))
    (local.set $start (i32.load offset=5 align=1 (local.get $at)))
    (local.set $end (i32.add (local.get $start) (i32.load offset=9 align=1 (local.get $at))))
    (local.set $hash (i64.const 0xcbf29ce484222325))
    (block $done
      (loop $next
        (br_if $done (i32.eq (local.get $start) (local.get $end)))
        (local.set $hash (i64.mul (i64.const 0x100000001b3)
          (i64.xor (local.get $hash) (i64.load8_u (local.get $start)))))
        (local.set $start (i32.add (local.get $start) (i32.const 1)))
        (br $next)))
    (if (i64.ne (local.get $hash) (i64.load offset=13 align=1 (local.get $at))) (then
      (call $begin_finding (i32.const 0) (i32.load offset=1 align=1 (local.get $at)))
      (call $end_line))))
