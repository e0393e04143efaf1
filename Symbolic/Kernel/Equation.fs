namespace Toolkit.Symbolic.Proofs.Kernel

open System.Numerics
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric

// The language of statements about numbers: sums of products are equal, on a domain. A form is an integer-linear form in the
// equation's variables, known by position: those that are summed over, then those for which it holds.

/// What equations are about: functions of integers and half-integers.
[<RequireQualifiedAccess>]
type Function =
    /// S(p), the sum over all integers s of a term.
    | Sum of Term
    /// A symbol of its quantum numbers, 0 where it is not defined.
    | Symbol of Symbol

    /// Its summand.
    member this.Term =
        match this with
        | Sum term -> term
        | Symbol symbol -> symbol.Term

    /// Names of its arguments.
    member this.Arguments =
        match this with
        | Sum term -> Term.parameters term
        | Symbol symbol -> symbol.Quanta

/// A function's value. The arguments are halves of these forms.
type Value = { Function: Function; Twice: Linear list }

/// (−1)^Sign · Coefficient · √(Π Roots · Π RootUp!/Π RootDown!) · Π x^e · Π Up!/Π Down! · Π Values; 1/n! is 0 for n < 0.
type Product =
    {
        /// The sign's exponent.
        Sign: Linear
        /// A polynomial in the variables and then the letters.
        Coefficient: Polynomial
        /// Forms under a root.
        Roots: Linear list
        /// Factorials under a root, above.
        RootUp: Linear list
        /// Factorials under a root, below.
        RootDown: Linear list
        /// Letters to natural powers.
        Powers: (string * Linear) list
        /// Factorials above.
        Up: Linear list
        /// Factorials below.
        Down: Linear list
        /// Values of functions.
        Values: Value list
    }

    /// Values times nothing else, in so many variables.
    static member Of(arity: int, values: Value list) =
        { Sign = Linear.zero arity
          Coefficient = Polynomial.One
          Roots = []
          RootUp = []
          RootDown = []
          Powers = []
          Up = []
          Down = []
          Values = values }

/// Where an equation holds.
type Condition =
    /// The form is ≥ 0.
    | NotNegative of Linear
    /// The forms are integers ≥ 0.
    | Natural of Linear list
    /// The forms are all different from 0.
    | NotZero of Linear list
    /// The symbol is defined.
    | Defined of Value
    /// It is, for one value at least of what is summed over.
    | SomewhereDefined of Value
    /// All of these; none: everywhere.
    | All of Condition list
    /// One of these at least.
    | OneOf of Condition list

    /// True if it follows from those of its forms that are ≥ 0.
    member this.FollowsFrom(isNotNegative: Linear -> bool) : bool =
        match this with
        | NotNegative form -> isNotNegative form
        | All conditions -> conditions |> List.forall _.FollowsFrom(isNotNegative)
        | OneOf conditions -> conditions |> List.exists _.FollowsFrom(isNotNegative)
        | Natural _
        | NotZero _
        | Defined _
        | SomewhereDefined _ -> false

/// What an equation's free variables are.
type Variables =
    /// All integers.
    | Integers
    /// All integers ≥ 0.
    | Naturals
    /// The quantum numbers of a symbol, such that sums that have to be integers are, and perhaps others after them.
    | QuantumNumbers of Symbol

/// One summand of a relation between a function's values at neighbouring points: K √(Π Radicand) f(q + Shift/2).
type SymbolTerm =
    {
        /// K, a polynomial in f's arguments and letters.
        Coefficient: Polynomial
        /// Factors under the root: integer-linear forms in f's arguments.
        Radicand: Linear list
        /// Twice the change of each argument.
        Shift: BigInteger list
    }

/// Two sums of products are equal.
[<Sealed>]
type Equation
    internal
    (
        bound: string list, free: string list, variables: Variables, where: Condition, vanishing: Condition, left: Product list,
        right: Product list
    ) =
    inherit Statement(box (bound, free, variables, where, vanishing, left, right))

    let names = bound @ free
    let values = left @ right |> List.collect _.Values
    let functions = values |> List.map _.Function |> List.distinct
    let letters = functions |> List.collect _.Term.Letters |> List.distinct

    /// Names of what is summed over in the products that contain it.
    member _.Bound = bound

    /// Names of the variables for which the equation holds.
    member _.Free = free

    /// Which numbers these are.
    member _.Variables = variables

    /// Names of the letters, any numbers.
    member _.Letters = letters

    /// On which domain, a symbol that is not defined counting as 0.
    member _.Where = where

    /// Where the coefficient of a symbol that is not defined vanishes by itself; OneOf []: nowhere.
    member _.Vanishing = vanishing

    /// The summands of the left-hand side.
    member _.Left = left

    /// The summands of the right-hand side; none: 0.
    member _.Right = right

    /// f and Σ K √R f(q + δ) of an equation that says that such a sum is 0, q the free variables: all integers for a sum, the
    /// quantum numbers for a symbol.
    member _.Neighbours: (Function * SymbolTerm list) option =
        let own = List.init free.Length (fun i -> Linear.scale (BigInteger 2) (Linear.variable names.Length (bound.Length + i)))

        let term (p: Product) =
            match p.Values with
            | [ v ] when v.Twice.Length = own.Length ->
                let shift = v.Twice |> List.map _.Constant
                let value = { v with Twice = List.map2 Linear.plus shift own }
                let bare = { Product.Of(names.Length, [ value ]) with Coefficient = p.Coefficient; Roots = p.Roots }
                if p = bare then Some { Coefficient = p.Coefficient; Radicand = p.Roots; Shift = shift } else None
            | _ -> None

        let terms = List.choose term left

        match functions, variables with
        | [ Function.Sum _ as f ], Integers when right.IsEmpty && terms.Length = left.Length -> Some(f, terms)
        | [ Function.Symbol symbol as f ], QuantumNumbers its when symbol = its && right.IsEmpty && terms.Length = left.Length ->
            Some(f, terms)
        | _ -> None

    override _.Text =
        let print, listed = Linear.print names, String.concat ", "
        let starred (xs: string list) = String.concat "*" xs
        let sums = functions |> List.filter _.IsSum
        let taken = names @ List.collect (fun (f: Function) -> f.Term.Names) functions
        let own = sums |> List.mapi (fun i f -> f, Name.fresh taken (if sums.Length = 1 then "S" else $"S{i + 1}"))

        let call (f: Function) (arguments: string list) =
            match f with
            | Function.Sum _ ->
                let _, name = own |> List.find (fun (g, _) -> g = f)
                $"{name}({listed arguments})"
            | Function.Symbol symbol -> symbol.Call arguments

        let value (v: Value) = call v.Function (v.Twice |> List.map (Linear.printHalf names))
        let forms (xs: Linear list) = if xs.IsEmpty then "1" else starred [ for x in xs -> $"({print x})" ]
        let factorials (xs: Linear list) = if xs.IsEmpty then "1" else starred [ for x in xs -> $"({print x})!" ]
        let quotient (up: Linear list) (down: Linear list) = if down.IsEmpty then factorials up else $"{factorials up}/({factorials down})"

        let product (p: Product) =
            let parts =
                [ if p.Sign <> Linear.zero names.Length then $"(-1)**({print p.Sign})"
                  if p.Coefficient <> Polynomial.One then $"({p.Coefficient.Print(names @ letters)})"
                  if not p.Roots.IsEmpty then $"sqrt({forms p.Roots})"
                  if not (p.RootUp @ p.RootDown).IsEmpty then $"sqrt({quotient p.RootUp p.RootDown})"
                  for x, e in p.Powers do $"{x}**({print e})"
                  if not (p.Up @ p.Down).IsEmpty then quotient p.Up p.Down
                  for v, n in List.countBy value p.Values do if n = 1 then v else $"{v}**{n}" ]

            let over =
                bound |> List.indexed |> List.filter (fun (i, _) ->
                    p.Values |> List.exists (fun v -> v.Twice |> List.exists (fun x -> not x.Coefficients[i].IsZero)))

            (over |> List.map (fun (_, t) -> $"sum over all integers {t} of ") |> String.concat "")
            + (if parts.IsEmpty then "1" else starred parts)

        let side (products: Product list) = if products.IsEmpty then "0" else products |> List.map product |> String.concat " + "

        let rec condition c =
            let inner c =
                match c with
                | All(_ :: _ :: _)
                | OneOf(_ :: _ :: _) -> $"({condition c})"
                | _ -> condition c

            match c with
            | NotNegative form -> $"{print form} >= 0"
            | Natural xs -> $"{xs |> List.map print |> listed} are natural"
            | NotZero xs -> $"{forms xs} <> 0"
            | Defined v -> $"{value v} is defined"
            | SomewhereDefined v -> $"{value v} is defined for some {listed bound}"
            | All conditions -> conditions |> List.map inner |> String.concat " and "
            | OneOf conditions -> conditions |> List.map inner |> String.concat " or "

        let kinds =
            match variables with
            | Integers -> Sentence.Kind("integers", free)
            | Naturals -> Sentence.Kind("integers", free) |> List.map (fun kind -> kind + " >= 0")
            | QuantumNumbers symbol ->
                // What is determined by the others, as m3 is.
                let rules =
                    [ for name, twice in List.zip symbol.Quanta symbol.TwiceQuanta do
                          let text = Linear.substitute symbol.InQuanta twice |> Linear.printHalf symbol.Quanta
                          if text <> name then $" with {name} = {text}" ]

                Sentence.Kind("integers and half-integers", free) |> List.map (fun kind -> kind + String.concat "" rules)

        let boundary =
            [ if functions |> List.exists _.IsSymbol then
                  let itself = if vanishing = OneOf [] then "" else ", and its coefficient vanishes by itself"
                  let where = if vanishing = OneOf [] || vanishing = where then "" else $" wherever {condition vanishing}"
                  $"a symbol outside its domain counts as 0{itself}{where}" ]

        let meanings =
            [ for f in functions do
                  match f with
                  | Function.Sum term -> $"{call f f.Arguments} = {Term.printSum term}"
                  | Function.Symbol symbol when symbol.Term.Powers.IsEmpty -> ()
                  | Function.Symbol symbol ->
                      let inQuanta = List.map (Linear.substitute symbol.InQuanta >> Linear.print symbol.Quanta)
                      let norm = [ for x in inQuanta symbol.NormNumerator -> $"({x})!" ] |> starred
                      let natural = listed (inQuanta symbol.Physical)
                      $"{call f f.Arguments} = sqrt({norm})*{Term.printSum symbol.TermInQuanta}, wherever {natural} are natural" ]

        { Laws = $"{side left} = {side right}"
          ForAll = kinds @ Sentence.Kind("numbers", letters)
          Where = if where = All [] then [] else [ condition where ]
          Remarks = boundary @ meanings }
            .Text

/// Equations of common forms.
[<RequireQualifiedAccess>]
module internal Equations =

    /// A function at its own arguments moved by halves of `shift`, `bound` variables before them.
    let at (bound: int) (f: Function) (shift: BigInteger list) : Value =
        let arity = bound + f.Arguments.Length
        let own i = Linear.scale (BigInteger 2) (Linear.variable arity (bound + i))
        { Function = f; Twice = shift |> List.mapi (fun i k -> Linear.plus k (own i)) }

    /// A function at its own arguments, `bound` variables before them.
    let own (bound: int) (f: Function) : Value = at bound f (f.Arguments |> List.map (fun _ -> BigInteger.Zero))

    /// A sum at its parameters, variables after an index that does not occur.
    let sum (term: Term) : Value = own 1 (Function.Sum term)

    /// A product that is a sign times a value.
    let (|Signed|_|) (products: Product list) =
        match products with
        | [ { Values = [ value ] } as p ] when p = { Product.Of(Linear.arity p.Sign, [ value ]) with Sign = p.Sign } ->
            Some(p.Sign, value)
        | _ -> None

    /// A product that is nothing but a value.
    let (|Single|_|) (products: Product list) =
        match products with
        | Signed(sign, value) when sign = Linear.zero (Linear.arity sign) -> Some value
        | _ -> None

    /// One value is a sign times another, everywhere.
    let alike (bound, free, variables) (left: Value) (sign: Linear) (right: Value) : Equation =
        let product = { Product.Of(Linear.arity sign, [ right ]) with Sign = sign }
        Equation(bound, free, variables, All [], OneOf [], [ Product.Of(Linear.arity sign, [ left ]) ], [ product ])

    /// The function, the summands and the domain of a relation between its neighbouring values.
    let neighbours (theorem: Theorem) : (Function * SymbolTerm list * Condition) option =
        match theorem.Statement with
        | :? Equation as e -> e.Neighbours |> Option.map (fun (f, terms) -> f, terms, e.Where)
        | _ -> None
