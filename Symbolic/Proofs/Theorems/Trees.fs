/// From coupling trees to theorems: any tree, those of the project's representations and those of a user's
/// specification.
module Toolkit.Symbolic.Proofs.Theorems.Trees

open Toolkit.Symbolic.Proofs.Kernel
open Toolkit.Symbolic.CouplingTrees

let private ladder = ThreeJ.couplingLadder

let private both (x: Result<Theorem, string>) (y: Result<Theorem, string>) rule =
    x |> Result.bind (fun a -> y |> Result.bind (rule a))

/// A family's type, under rotations of positions and fields jointly or apart; families that are assumed to be equivariant are given with
/// their orders.
let typed (fields: Map<string, Field>) (given: (string * string) list) (family: Family) (apart: bool) : Result<Theorem, string> =
    let own = fields |> Map.filter (fun name _ -> family.Fields.Contains name)
    let couples = family.Nodes |> List.exists (function Joined _ | Coupled _ | CoupledSeparately _ -> true | _ -> false)

    [ if not own.IsEmpty then NullVector.harmonics.Force()
      if couples then ladder.Force() ]
    |> Entry.all
    |> Result.bind (fun premises -> Equivariance.typed premises own (Map.ofList given) family apart)

/// The family is equivariant under rotations of the positions and of the fields, each by themselves; for trees in which
/// no vector's J is coupled.
let rec private separately (tree: Tree) : Family =
    match tree with
    | Couple(left, right, l) -> CoupledSeparately(separately left, separately right, l, Fixed 0)
    | Mapped tree -> Image(separately tree)
    | Sum trees -> Total(List.map separately trees)
    | other -> Family.OfTree other

/// No vector's J is coupled in the tree, and some are summed over: vectors may turn alone.
let rec private isSummed (tree: Tree) =
    match tree with
    | Scalar _ -> true
    | Vector _ -> false
    | CoupleVectors _ -> true
    | Couple(left, right, _) -> isSummed left && isSummed right
    | Mapped tree -> isSummed tree
    | Sum trees -> List.forall isSummed trees

let rec private hasSummed (tree: Tree) =
    match tree with
    | CoupleVectors _ -> true
    | Scalar _
    | Vector _ -> false
    | Couple(left, right, _) -> hasSummed left || hasSummed right
    | Mapped tree -> hasSummed tree
    | Sum trees -> List.exists hasSummed trees

/// The family at the tree's root is equivariant.
let equivariant (fields: Map<string, Field>) (tree: Tree) : Result<Theorem, string> = typed fields [] (Family.OfTree tree) false

/// The tree's value is invariant where its root has order 0, and equivariant otherwise.
let prove (tree: CouplingTree) : Result<Theorem, string> =
    match tree.Tree.Order with
    | Fixed 0 when hasSummed tree.Tree && isSummed tree.Tree ->
        typed tree.Fields [] (separately tree.Tree) true |> Result.bind Equivariance.invariant
    | Fixed 0 -> equivariant tree.Fields tree.Tree |> Result.bind Equivariance.invariant
    | _ -> equivariant tree.Fields tree.Tree

/// The same in the basis of the real harmonics, in which features are computed.
let private inRealBasis (proof: Result<Theorem, string>) : Result<Theorem, string> =
    both (Rotations.realLadder.Force()) proof RealBasis.prove

/// The derivatives of a tree with root 0 by a position and by the vectors that occur in it.
let private gradients (tree: CouplingTree) : Result<Theorem, string> list =
    let vectors = tree.Tree.Fields |> List.distinct |> List.filter (fun name -> tree.Fields[name].Rank = 1)

    [ for by in None :: List.map Some vectors ->
          typed tree.Fields [] (Gradient(Family.OfTree tree.Tree, by)) false ]

/// Channels of one family coupled to 0: unordered pairs of them stand for ordered ones.
let private pairs (fields: Map<string, Field>) (family: Tree) : Result<Theorem, string> =
    both (ThreeJ.exchange.Force()) (equivariant fields family) UnorderedPairs.prove

/// Channels of one family, of all orders, coupled to 0 three by three: unordered triples of them stand for ordered ones.
let private triples (fields: Map<string, Field>) (family: Tree) : Result<Theorem, string> =
    Entry.all [ ThreeJ.exchange.Force(); ThreeJ.cyclic.Force(); ThreeJ.scalarCoupling.Force(); equivariant fields family ]
    |> Result.bind (fun premises -> UnorderedPairs.triples premises[0] premises[1] premises[2] premises[3])

/// The field of a leaf.
let private fieldOf (tree: Tree) =
    match tree with
    | Scalar(field, _)
    | Vector(field, _, _) -> Some field
    | _ -> None

/// What there is to prove about one tree as it is computed: invariance or covariance, the sign under the inversion, and that
/// under time reversal.
let ofTree (name: string) (tree: CouplingTree) : Entry list =
    let kind = if tree.Tree.Order = Fixed 0 then "invariance" else "covariance"

    [ Entry.create
          $"{kind}.{name}"
          "Every leaf satisfies the ladder relations of its order, by the null-vector lemma; coupling hands them on, \
           by the ladder relations of the 3j symbol; at order 0 nothing is left to act. A change of basis carries all of it \
           to the real harmonics."
          (fun () -> prove tree |> inRealBasis)
      Entry.create $"parity.{name}" "The signs of the leaves are multiplied." (fun () ->
          equivariant tree.Fields tree.Tree |> Result.bind (Equivariance.sign false) |> inRealBasis)
      Entry.create $"time-reversal.{name}" "The signs of the leaves are multiplied." (fun () ->
          equivariant tree.Fields tree.Tree |> Result.bind (Equivariance.sign true) |> inRealBasis)
      Entry.create $"permutation.{name}" "Leaves are sums over sites, in any order." (fun () ->
          equivariant tree.Fields tree.Tree |> Result.bind Equivariance.unordered |> inRealBasis)
      match tree.Tree with
      | Couple(left, right, Fixed 0) when left = right ->
          Entry.create
              $"pairs.{name}"
              "Channels of one family coupled to 0 may be exchanged, so that each unordered pair stands for two ordered ones."
              (fun () -> pairs tree.Fields left |> inRealBasis)
      | Couple(a, Couple(b, c, l), Fixed 0) when
          l = a.Order && (fieldOf a).IsSome && fieldOf a = fieldOf b && fieldOf b = fieldOf c && Set.ofList [ a; b; c ] |> Set.count = 3
          ->
          Entry.create
              $"triples.{name}"
              "Channels of one family coupled to 0 may be exchanged up to a sign that both factors of a product have, so that each \
               unordered triple stands for all its orders."
              (fun () -> triples tree.Fields a |> inRealBasis)
      | _ -> ()
      if kind = "invariance" then
          Entry.create
              $"gradients.{name}"
              "A derivative of a scalar is acted on as that by which it is taken, and has the product of their signs."
              (fun () -> gradients tree |> List.map inRealBasis |> Entry.all |> Result.bind Conjunction.prove) ]

/// What there is to prove about each of the trees of a file, and all of it as one theorem.
let ofTrees (name: string) (trees: CouplingTree list) : Entry list =
    let each = trees |> List.mapi (fun k tree -> ofTree (if trees.Length = 1 then name else $"{name}.{k + 1}") tree) |> List.concat

    each
    @ [ Entry.create
            $"specification.{name}"
            "Everything that has been proved about each of its trees."
            (fun () -> each |> List.map _.Proof.Force() |> Entry.all |> Result.bind Conjunction.prove) ]

// ---- the project's representations

let private fields =
    Map.ofList
        [ "rho", { Rank = 0; Parity = Polar; Time = Even }
          "V", { Rank = 0; Parity = Polar; Time = Even }
          "spin", { Rank = 1; Parity = Axial; Time = Odd } ]

let private n name = Named name
let private rho l = Scalar("rho", n l)
let private potential l = Scalar("V", n l)
let private spin l j = Vector("spin", n l, n j)
let private scalar a b = Couple(a, b, Fixed 0)
let private powerSpectrum = scalar (rho "l") (rho "l")
let private bispectrum = scalar (rho "l1") (Couple(rho "l2", rho "l3", n "l1"))
let private spinPowerSpectrum = scalar (spin "l1" "J") (spin "l2" "J")

/// ρvv, ρρv and vvv.
let private spinBispectra =
    [ scalar (Couple(spin "l1" "J1", spin "l2" "J2", n "l3")) (rho "l3")
      scalar (Couple(rho "l1", rho "l2", n "J3")) (spin "l3" "J3")
      scalar (Couple(spin "l1" "J1", spin "l2" "J2", n "J3")) (spin "l3" "J3") ]

let private lode = [ scalar (rho "l") (potential "l"); scalar (potential "l") (potential "l") ]

/// The order-λ covariants of one, two and three factors.
let private covariants =
    [ rho "lambda"
      Couple(rho "l1", rho "l2", n "lambda")
      Couple(Couple(rho "l1", rho "l2", n "k"), rho "l3", n "lambda") ]

let private byTypes = "Every leaf satisfies the ladder relations of its order, by the null-vector lemma for all l at \
                       once; coupling hands them on, by the ladder relations of the 3j symbol for all quantum numbers; \
                     at order 0 nothing is left to act."

let private each (rule: Tree -> Result<Theorem, string>) (trees: Tree list) () =
    match trees with
    | [ tree ] -> rule tree
    | _ -> trees |> List.map rule |> Entry.all |> Result.bind Conjunction.prove

let private invariance name trees =
    Entry.create $"invariance.{name}" byTypes (each (fun tree -> prove { Fields = fields; Tree = tree }) trees)

let private signs underTime name trees =
    let prefix = if underTime then "time-reversal" else "parity"

    Entry.create
        $"{prefix}.{name}"
        "The signs of the leaves are multiplied; exponents count modulo 2, with l left symbolic."
        (each (fun tree -> equivariant fields tree |> Result.bind (Equivariance.sign underTime)) trees)

/// Every tree, by induction.
let internal every () : Result<Theorem, string> =
    let leaves =
        [ rho "l"; potential "l"; spin "l" "J" ] |> List.map (equivariant fields) |> Entry.all

    let step = typed Map.empty [ "A", "lA"; "B", "lB" ] (Coupled(Any "A", Any "B", n "L")) false
    leaves |> Result.bind (fun leaves -> step |> Result.bind (Equivariance.induction leaves))

let private summed () =
    let spins = SiteSum("spin", n "l")
    let separately = typed fields [] (CoupledSeparately(spins, spins, Fixed 0, Fixed 0)) true |> Result.bind Equivariance.invariant

    separately
    |> Result.bind (fun invariance -> Rotations.sumsOverJ () |> Result.map (fun sums -> invariance :: sums))
    |> Result.bind Conjunction.prove

/// All theorems of this family.
let entries: Entry list = [
    Entry.create
        "harmonics.null-vector"
        "N(t) is a null vector, so its powers are harmonic; L_z and L+- act on N^l as first-order operators in t, \
           one identity of degree 1 for all l. The coefficients of t^(l-m) are the solid harmonics, with the standard \
           ladder relations."
        (fun () -> NullVector.harmonics.Force())
    invariance "power-spectrum" [ powerSpectrum ]
    invariance "bispectrum" [ bispectrum ]
    Entry.create
        "invariance.nice"
        "Induction over coupling trees: leaves by the null-vector lemma, the step for two arbitrary equivariant \
           families by the coupling ladder. Any number of factors, any order of couplings."
        (fun () -> every () |> Result.bind Equivariance.invariant)
    invariance "spin-power-spectrum" [ spinPowerSpectrum ]
    Entry.create
        "invariance.spin-power-spectrum-summed"
        "Coupling the orbital indices to 0 and the vectors' indices to 0 leaves nothing for L and nothing for S to \
           act on. By the orthonormality of the coupling coefficients this is the sum over J of sqrt(2 J + 1) times \
           the J-resolved invariants, up to a factor, and by the addition theorem, for positions and for vectors, the \
           sum of (2 l + 1)/(4 pi) v_j.v_k P_l."
        summed
    invariance "spin-bispectrum" spinBispectra
    invariance "lode" lode
    Entry.create "covariance.lambda" (byTypes + " Here the root has order lambda.") (each (equivariant fields) covariants)
    Entry.create
        "covariance.nice"
        "Induction over coupling trees: leaves by the null-vector lemma, the step for two arbitrary equivariant \
           families by the coupling ladder. Any number of factors, any order of couplings."
        every
    Entry.create
        "invariance.real-basis"
        "Every coupling tree, computed in the basis of the real harmonics: at each node the change of basis of what the \
           complex one has, times a power of i."
        (fun () -> every () |> Result.bind Equivariance.invariant |> inRealBasis)
    Entry.create
        "covariance.real-basis"
        "Every coupling tree, computed in the basis of the real harmonics: at each node the change of basis of what the \
           complex one has, times a power of i, on which the matrices of the real ladder act."
        (fun () -> every () |> inRealBasis)
    Entry.create
        "invariance.unordered-pairs"
        "Channels of one family coupled to 0 may be exchanged, so that each unordered pair stands for two ordered ones."
        (fun () ->
            [ for leaf in [ rho "l"; potential "l"; spin "l" "J" ] -> pairs fields leaf ]
            |> Entry.all
            |> Result.bind Conjunction.prove)
    Entry.create
        "invariance.unordered-triples"
        "Channels of one family coupled to 0, three by three, may be permuted up to a sign that both factors of a product have: the 3j \
           symbol's columns are permuted with them. So each unordered triple stands for all its orders."
        (fun () ->
            [ for leaf in [ rho "l"; potential "l"; spin "l" "J" ] -> triples fields leaf ]
            |> Entry.all
            |> Result.bind Conjunction.prove)
    Entry.create
        "covariance.gradients"
        "A derivative of a scalar is acted on as that by which it is taken: generators and derivatives have the \
           commutators of rotations and vectors. Signs are multiplied."
        (fun () ->
            [
                for tree in powerSpectrum :: bispectrum :: spinPowerSpectrum :: spinBispectra @ lode do
                    yield! gradients { Fields = fields; Tree = tree }
            ]
            |> Entry.all
            |> Result.bind Conjunction.prove)
    signs false "power-spectrum" [ powerSpectrum ]
    signs false "bispectrum" [ bispectrum ]
    signs false "spin-power-spectrum" [ spinPowerSpectrum ]
    signs false "spin-bispectrum" spinBispectra
    signs false "lode" lode
    signs true "spin-power-spectrum" [ spinPowerSpectrum ]
    signs true "spin-bispectrum" spinBispectra
]
