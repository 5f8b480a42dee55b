(** The encoding is exact: [decode] accepts the encodings of an instruction as that instruction, and
    nothing else. *)
From Semantics Require Import Encode.
From Proofs Require Import Tactics WordP.

(** * Tables *)
Lemma reg_of_num r : reg_of (reg_num r) = Some r.
Proof. destruct r; vm_compute; reflexivity. Qed.

(** Forms in the table: signed division shares its opcode with unsigned division. *)
Definition listed (f : form) : Prop :=
  match f with FAlu _ Sdiv _ | FAlu _ Smod _ => False | _ => True end.
Lemma form_of_code f : listed f -> zfind (form_code f) form_table = Some f.
Proof.
  destruct f; cbn [listed]; intros K;
    repeat match goal with
    | w : width |- _ => destruct w
    | o : aluop |- _ => destruct o
    | x : bool |- _ => destruct x
    | k : swap |- _ => destruct k
    | z : size |- _ => destruct z
    | c : cmp |- _ => destruct c
    end; try contradiction; vm_compute; reflexivity.
Qed.

Lemma atomic_of_code op fetch : atomic_of (atomic_code op fetch) = Some (op, fetch).
Proof. destruct op; destruct fetch; reflexivity. Qed.
Lemma atomic_not_load op fetch : (atomic_code op fetch =? load_acquire) = false.
Proof. destruct op; destruct fetch; reflexivity. Qed.
Lemma atomic_not_store op fetch : (atomic_code op fetch =? store_release) = false.
Proof. destruct op; destruct fetch; reflexivity. Qed.
Lemma size_of_bits_of z : size_of_bits (size_bits z) = Some z.
Proof. destruct z; reflexivity. Qed.

(** * Slots *)
Lemma slot_eqb_eq a b : slot_eqb a b = true <-> a = b.
Proof.
  destruct a as [o d s f i], b as [o' d' s' f' i']. unfold slot_eqb.
  cbn [sl_op sl_dst sl_src sl_off sl_imm].
  split; intros H.
  - (* equal fields, so equal slots *) bools. f_equal; assumption.
  - (* equal slots, so equal fields *)
    injection H as -> -> -> -> ->. rewrite !Z.eqb_refl. reflexivity.
Qed.
(** [starts_with] tells a prefix. *)
Lemma starts_with_iff e : forall l, starts_with e l = true <-> exists rest, l = e ++ rest.
Proof.
  induction e as [|a e IH]; intros l; cbn [starts_with app].
  - (* [] *) split; [intros _; exists l; reflexivity | reflexivity].
  - (* a :: e *) destruct l as [|b l].
    + (* [] *) split; [discriminate | intros [rest E]; discriminate].
    + (* b :: l *) rewrite andb_true_iff, slot_eqb_eq, IH. split.
      * (* starts_with, so a prefix *) intros [-> [rest ->]]. exists rest. reflexivity.
      * (* a prefix, so starts_with *)
        intros [rest E]. injection E as -> ->. split; [reflexivity | exists rest; reflexivity].
Qed.

(** A slot is the 64-bit number that its bytes are. *)
Lemma word_of_slot_of_word w : 0 <= w < W -> word_of_slot (slot_of_word w) = w.
Proof.
  intros H. unfold word_of_slot, slot_of_word. cbn [sl_op sl_dst sl_src sl_off sl_imm].
  assert (T : forall n x, 0 < n -> sgn_bits n x mod 2 ^ n = x mod 2 ^ n).
  { intros n x N. apply Z.bits_inj'. intros i I.
    destruct (Z.ltb_spec i n) as [L | L].
    - (* i < n *)
      rewrite !Z.mod_pow2_bits_low by exact L. rewrite sgn_bits_bit by assumption. f_equal. lia.
    - (* n <= i *) rewrite !Z.mod_pow2_bits_high by lia. reflexivity. }
  change 65536 with (2 ^ 16) at 2. change 4294967296 with (2 ^ 32) at 2. rewrite !T by lia.
  change 255 with (Z.ones 8). change 15 with (Z.ones 4). rewrite !Z.land_ones by lia.
  rewrite !Z.shiftr_div_pow2 by lia.
  change (2 ^ 8) with 256. change (2 ^ 12) with 4096. change (2 ^ 16) with 65536.
  change (2 ^ 32) with 4294967296.
  change (2 ^ 4) with 16. Z.div_mod_to_equations. lia.
Qed.
(** A signed number of [n] bits is what its low [n] bits say. *)
Lemma sgn_bits_mod n z x : 0 < n -> - 2 ^ (n - 1) <= z < 2 ^ (n - 1) -> x mod 2 ^ n = z mod 2 ^ n ->
  sgn_bits n x = z.
Proof.
  intros N R E. apply Z.bits_inj'. intros i I.
  rewrite sgn_bits_bit by assumption.
  assert (Low : forall j, 0 <= j < n -> Z.testbit x j = Z.testbit z j).
  { intros j J. rewrite <- (Z.mod_pow2_bits_low x n j), <- (Z.mod_pow2_bits_low z n j) by lia.
    rewrite E. reflexivity. }
  rewrite Low by lia.
  destruct (Z.ltb_spec i (n - 1)) as [L | L]; [f_equal; lia |]. rewrite Z.min_r by lia.
  (* above the sign bit, all bits are the same *)
  assert (High : forall j, n - 1 <= j -> Z.testbit z j = (z <? 0)).
  { intros j J. destruct (Z.ltb_spec z 0) as [M | M].
    - (* z < 0 *)
      replace z with (Z.lnot (- z - 1)) by (unfold Z.lnot; lia). rewrite Z.lnot_spec by lia.
      rewrite (bits_above (n - 1)) by lia. reflexivity.
    - (* 0 <= z *) apply (bits_above (n - 1)); lia. }
  rewrite !High by lia. reflexivity.
Qed.
Lemma slot_of_word_of_slot s : slot_ok s = true -> slot_of_word (word_of_slot s) = s.
Proof.
  destruct s as [o d r f i]. unfold slot_ok, within, slot_of_word, word_of_slot.
  cbn [sl_op sl_dst sl_src sl_off sl_imm].
  intros K. bools.
  assert (F := Z.mod_pos_bound f 65536 ltac:(lia)).
  assert (I := Z.mod_pos_bound i 4294967296 ltac:(lia)).
  remember (f mod 65536) as f' eqn:Ef. remember (i mod 4294967296) as i' eqn:Ei.
  f_equal.
  - (* sl_op *) change 255 with (Z.ones 8). rewrite Z.land_ones by lia. change (2 ^ 8) with 256.
    Z.div_mod_to_equations. lia.
  - (* sl_dst *) change 15 with (Z.ones 4). rewrite Z.land_ones, Z.shiftr_div_pow2 by lia.
    change (2 ^ 8) with 256. change (2 ^ 4) with 16. Z.div_mod_to_equations. lia.
  - (* sl_src *) change 15 with (Z.ones 4). rewrite Z.land_ones, Z.shiftr_div_pow2 by lia.
    change (2 ^ 12) with 4096. change (2 ^ 4) with 16. Z.div_mod_to_equations. lia.
  - (* sl_off *) apply sgn_bits_mod; [lia | change (2 ^ (16 - 1)) with 32768; lia |].
    rewrite Z.shiftr_div_pow2 by lia. change (2 ^ 16) with 65536. rewrite <- Ef.
    Z.div_mod_to_equations. lia.
  - (* sl_imm *) apply sgn_bits_mod; [lia | change (2 ^ (32 - 1)) with 2147483648; lia |].
    rewrite Z.shiftr_div_pow2 by lia. change (2 ^ 32) with 4294967296. rewrite <- Ei.
    Z.div_mod_to_equations. lia.
Qed.

(** * Instructions *)
Lemma split_halves v : wrap32 (sgn32 v) + Z.shiftl (Z.shiftr v 32) 32 = v.
Proof.
  rewrite wrap32_sgn32, wrap32_mod, Z.shiftr_div_pow2, Z.shiftl_mul_pow2 by lia.
  change (2 ^ 32) with W32. Z.div_mod_to_equations. lia.
Qed.

(** The guess is right for what an encoding holds. *)
Lemma guess_encoding i e rest : In e (layouts i) ->
  exists s l, e ++ rest = s :: l /\ guess s (match l with n :: _ => sl_imm n | [] => 0 end) =
    Some i.
Proof.
  intros H.
  destruct i; cbn [layouts] in H;
    repeat match type of H with
    | In _ (match ?x with _ => _ end) => destruct x
    end; cbn [In] in H;
    repeat match type of H with
    | _ \/ _ => destruct H as [H|H]
    end;
    try contradiction; subst e;
    (eexists; eexists; split; [reflexivity |]);
    unfold guess, fields, second; cbn [app sl_op sl_dst sl_src sl_off sl_imm];
    try (match goal with o : aluop |- _ => destruct o end; unfold alu_variant);
    try change (form_code (FAlu ?w Sdiv ?x)) with (form_code (FAlu w Div x));
    try change (form_code (FAlu ?w Smod ?x)) with (form_code (FAlu w Mod x));
    rewrite form_of_code by exact I; cbn [obind];
    rewrite ?reg_of_num; try change (reg_of 0) with (Some R0); try change (reg_of 1) with (Some R1);
    try change (reg_of 2) with (Some R2); try change (reg_of 3) with (Some R3);
      try change (reg_of 4) with (Some R4);
    try change (reg_of 5) with (Some R5); try change (reg_of 6) with (Some R6); cbn [obind];
    rewrite ?size_of_bits_of, ?atomic_not_load, ?atomic_not_store, ?atomic_of_code; cbn [obind];
      try reflexivity.
  cbn [Z.eqb]. rewrite split_halves. reflexivity.
Qed.

Theorem decode_iff l i : decode l = Some i <-> exists e rest, In e (encodings i) /\ l = e ++ rest.
Proof.
  split.
  - (* decoded, so encoded *) destruct l as [|s l]; cbn [decode]; [discriminate |].
    destruct (guess s _) as [j|]; cbn [obind]; [|discriminate].
    destruct (existsb _ (encodings j)) eqn:E; [|discriminate]. intros K. injection K as ->.
    apply existsb_exists in E as [e [M P]]. apply starts_with_iff in P as [rest P].
    exists e, rest. split; assumption.
  - (* encoded, so decoded *) intros [e [rest [M ->]]].
    assert (N : In e (layouts i)) by (apply filter_In in M; apply M).
    assert (P : starts_with e (e ++ rest) = true)
      by (apply starts_with_iff; exists rest; reflexivity).
    destruct (guess_encoding i e rest N) as [s [l [E G]]]. rewrite E in *. cbn [decode].
    rewrite G. cbn [obind].
    assert (X : existsb (fun e => starts_with e (s :: l)) (encodings i) = true)
      by (apply existsb_exists; exists e; split; assumption).
    rewrite X. reflexivity.
Qed.

(** An instruction's encodings begin with [encode], take [slots i] slots, and hold nothing that does
    not fit. *)
Theorem decode_encode i rest : insn_ok i = true -> decode (encode i ++ rest) = Some i.
Proof.
  intros K. apply decode_iff. exists (encode i), rest.
  split; [|reflexivity].
  unfold insn_ok in K. unfold encode.
  destruct (encodings i) as [|e l]; [discriminate | left; reflexivity].
Qed.
Lemma encodings_ok i e : In e (encodings i) -> Forall (fun s => slot_ok s = true) e.
Proof. intros M. apply filter_In in M. apply Forall_forall, forallb_forall, M. Qed.
Lemma encodings_length i e : In e (encodings i) -> Z.of_nat (length e) = slots i.
Proof.
  intros M. apply filter_In in M as [H _].
  destruct i; cbn [layouts] in H;
    repeat match type of H with
    | In _ (match ?x with _ => _ end) => destruct x
    end; cbn [In] in H;
    repeat match type of H with
    | _ \/ _ => destruct H as [H|H]
    end;
    try contradiction; subst e; reflexivity.
Qed.
Lemma slots_cases i : slots i = 1 \/ slots i = 2.
Proof. destruct i; (left; reflexivity) || (right; reflexivity). Qed.

(** * Programs: slots are a program exactly when they are encodings one after the other. *)
Definition encodes (e : list slot) (i : insn) : Prop := In e (encodings i).

(** From slot [k] on, with [p] before it. *)
Lemma decode_from_iff n : forall l k p q, (length l <= n)%nat ->
  decode_from k l p = inl q <-> exists es is, Forall2 encodes es is /\ l = concat es /\
    q = place k is p.
Proof.
  induction n as [|n IH]; intros l k p q Le.
  { destruct l; [|cbn [length] in Le; lia]. cbn [decode_from]. split.
    - (* decoded, so encoded *) intros E. injection E as <-. exists [], [].
      repeat split. constructor.
    - (* encoded, so decoded *)
      intros [es [is [F [C ->]]]]. destruct F as [|e i es is D F]; [reflexivity|].
      exfalso. apply encodings_length in D.
      destruct e; [destruct (slots_cases i) as [S|S]; rewrite S in D; discriminate
          | discriminate]. }
  (* what follows the first instruction *)
  assert (Step : forall i e rest, encodes e i -> l = e ++ rest ->
    decode_from k l p = decode_from (k + slots i) rest (zset k i p)).
  { intros i e rest D ->.
    assert (Dec : decode (e ++ rest) = Some i)
      by (apply decode_iff; exists e, rest; split; [exact D | reflexivity]).
    assert (Len := encodings_length i e D).
    destruct (slots_cases i) as [S|S]; rewrite S in Len.
    - (* slots i = 1 *)
      destruct e as [|a [|b e]]; cbn [length] in Len; try lia. cbn [app] in *. cbn [decode_from].
      rewrite Dec, S.
      destruct rest as [|r rest]; [reflexivity | cbn [Z.eqb]; reflexivity].
    - (* slots i = 2 *)
      destruct e as [|a [|b [|c e]]]; cbn [length] in Len; try lia. cbn [app] in *.
      cbn [decode_from]. rewrite Dec, S. reflexivity. }
  split.
  - (* decoded, so encoded *)
    destruct l as [|s l];
      [cbn [decode_from]; intros E; injection E as <-; exists [], []; repeat split; constructor|].
    destruct (decode (s :: l)) as [i|] eqn:D; [|cbn [decode_from]; rewrite D; discriminate].
    apply decode_iff in D as [e [rest [D E]]]. rewrite (Step i e rest D E). intros Q.
    apply IH in Q.
    + (* the rest is encoded *)
      destruct Q as [es [is [F [C ->]]]]. exists (e :: es), (i :: is). cbn [concat place].
      rewrite <- C.
      repeat split; [constructor; assumption | exact E].
    + (* the rest is shorter *)
      apply (f_equal (@length _)) in E. rewrite app_length in E. apply encodings_length in D.
      destruct (slots_cases i) as [S|S]; rewrite S in D; cbn [length] in *; lia.
  - (* encoded, so decoded *) intros [es [is [F [C ->]]]]. destruct F as [|e i es is D F].
    + (* Forall2_nil *) subst l. reflexivity.
    + (* Forall2_cons *) cbn [concat] in C. rewrite (Step i e (concat es) D C). cbn [place].
      apply IH.
      * (* the rest is shorter *)
        apply (f_equal (@length _)) in C. rewrite app_length in C. apply encodings_length in D.
        destruct (slots_cases i) as [S|S]; rewrite S in D; lia.
      * (* the rest is encoded *) exists es, is. repeat split. exact F.
Qed.
Theorem decode_program_iff l p :
  decode_program l = Some p <-> exists es is, Forall2 encodes es is /\ l = concat es /\
    p = place 0 is zempty.
Proof.
  rewrite <- (decode_from_iff (length l) l 0 zempty p) by lia. unfold decode_program.
  destruct (decode_from 0 l zempty) as [q|b]; split; intros E; try discriminate; injection E as ->;
    reflexivity.
Qed.

(** A long instruction and a long jump; then what the fields of one opcode tell apart. *)
Example decodes :
  decode_program [Slot 24 1 0 0 (-1); Slot 0 0 0 0 0; Slot 6 0 0 0 70000; Slot 149 0 0 0 0]
  = Some (place 0 [LdImm R1 4294967295; Ja 70000; Exit] zempty).
Proof. vm_compute. reflexivity. Qed.
Example decodes_calls :
  map decode [[Slot 133 0 0 0 5]; [Slot 133 0 1 0 5]; [Slot 133 0 2 0 5]; [Slot 141 3 0 0 0];
    [Slot 229 0 0 7 0]]
  = [Some (Call 5); Some (CallLocal 5); Some (CallKernel 5); Some (CallX R3); Some (MayGoto 7)].
Proof. vm_compute. reflexivity. Qed.
Example decodes_atomics :
  map decode [[Slot 219 1 2 (-8) 0]; [Slot 195 1 2 4 161]; [Slot 219 1 2 0 225];
    [Slot 195 1 2 0 241]; [Slot 211 1 2 3 256]; [Slot 203 1 2 6 272]]
  = [Some (Atomic S8 AtAdd false R1 (-8) R2); Some (Atomic S4 AtXor true R1 4 R2);
     Some (Atomic S8 Xchg true R1 0 R2); Some (Atomic S4 Cmpxchg true R1 0 R2);
     Some (LdAcq S1 R1 R2 3); Some (StRel S2 R1 6 R2)].
Proof. vm_compute. reflexivity. Qed.
Example decodes_packet_loads :
  map decode [[Slot 32 0 0 0 (-4096)]; [Slot 40 0 0 0 12]; [Slot 80 0 7 0 9]]
  = [Some (LdPkt S4 None (-4096)); Some (LdPkt S2 None 12); Some (LdPkt S1 (Some R7) 9)].
Proof. vm_compute. reflexivity. Qed.
(** The sources of a 64-bit constant; then two that do not exist, an address of code and a map with
    something in the second slot. *)
Example decodes_constants :
  map (fun q => decode [Slot 24 1 (fst q) 0 8; Slot 0 0 0 0 (snd q)])
    [(1, 0); (2, 9); (3, 9); (4, 0); (5, 0); (6, 9); (7, 0); (4, 9); (5, 9)]
  = [Some (LdMap R1 8); Some (LdMapValue R1 8 9); Some (LdVar R1 8 9); Some (LdCode R1 8);
     Some (LdMap R1 8); Some (LdMapValue R1 8 9); None; None; None].
Proof. vm_compute. reflexivity. Qed.
(** Reserved fields that are not 0, a missing second slot, no such register, a sign-extending move
    that does not exist. *)
Example refuses :
  map decode [[Slot 149 0 0 1 0]; [Slot 24 1 0 0 0]; [Slot 191 11 0 0 0]; [Slot 188 1 2 32 0]]
  = [None; None; None; None].
Proof. vm_compute. reflexivity. Qed.
(** An exchange that does not fetch, atomics of one byte and of two, an operation that does not
    exist, a packet load of 8 bytes, an absolute one with a register, and calls that name their
    function in another way. *)
Example refuses_more :
  map decode [[Slot 219 1 2 0 224]; [Slot 211 1 2 0 0]; [Slot 203 1 2 0 1]; [Slot 219 1 2 0 16];
              [Slot 56 0 0 0 0]; [Slot 32 0 6 0 0]; [Slot 133 0 3 0 1]; [Slot 133 0 2 1 1];
              [Slot 141 0 0 0 1]; [Slot 229 0 1 7 0]]
  = [None; None; None; None; None; None; None; None; None; None].
Proof. vm_compute. reflexivity. Qed.
