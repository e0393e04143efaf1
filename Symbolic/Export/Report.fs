/// The theorems for readers: tables, Markdown and LaTeX.
module Toolkit.Symbolic.Export.Report

open System
open System.Numerics
open System.Globalization
open System.Text
open System.Text.RegularExpressions
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric
open Toolkit.Symbolic.CouplingTrees
open Toolkit.Symbolic.Proofs.Kernel

/// A theorem as it stands in a report.
type Line =
    {
        /// The theorem's name.
        Name: string
        /// The argument in words.
        Argument: string
        /// The theorem.
        Theorem: Theorem
        /// Time taken to derive and prove it.
        Seconds: float
    }

/// The rules of a proof, in the order of first use, "telescoping+normalisation".
let method (theorem: Theorem) : string =
    ProofFile.steps theorem
    |> List.map _.Certificate.Rule
    |> List.distinct
    |> List.filter (fun rule -> rule <> "conjunction")
    |> String.concat "+"

/// The number of terms in the polynomials of a proof's certificates.
let size (theorem: Theorem) : int =
    ProofFile.steps theorem |> List.sumBy _.Certificate.Size

let private ordersOf (family: Family) : string list = List.ofSeq family.Orders

let private parametersOfTerm (term: Term) =
    Term.parameters term

/// The symbols for which a statement holds in general.
let rec parametersOf (statement: Statement) : string list =
    match statement with
    | :? SumRelation as s -> parametersOfTerm s.Term
    | :? SymbolRelation as s -> s.Symbol.Quanta
    | :? Symmetry as s -> s.Symbol.Quanta
    | :? SumIdentity as s -> parametersOfTerm s.Second
    | :? ClosedForm as s -> parametersOfTerm s.Term
    | :? CoefficientIsSum as s -> parametersOfTerm s.Term
    | :? SymbolValue as s -> s.Names.Tail
    | :? Orthogonality as s -> s.Symbol.Quanta
    | :? EqualNorms as s -> s.Symbol.Quanta
    | :? UnitNorm as s -> s.Symbol.Quanta
    | :? Annihilation as s -> s.Product.Exponents
    | :? Substitution as s -> s.Product.Exponents
    | :? RecouplingIdentity as s ->
        let sums = s.Left.Sums @ s.Right.Sums

        s.Left.Symbols @ s.Right.Symbols
        |> List.concat
        |> List.distinct
        |> List.filter (fun x -> not (List.contains x sums))
    | :? RacahRecoupling -> [ "a"; "b"; "c"; "e"; "f"; "J"; "M" ]
    | :? Determined -> Symbol.ThreeJ.Quanta
    | :? CorrectTable -> [ "l1"; "l2"; "l3"; "m1"; "m2"; "m3" ]
    | :? RotationMatrixLaw as s ->
        match s.Law with
        | RotationLaw.Invariance -> [ "j1"; "j2"; "j3"; "m1'"; "m2'"; "m3'" ]
        | Series -> [ "j1"; "j2"; "m1'"; "m1"; "m2'"; "m2" ]
        | _ -> [ "j"; "m'"; "m" ]
    | :? HarmonicLaw as s ->
        match s.Law with
        | Product -> [ "l1"; "l2"; "m1"; "m2" ]
        | SumOverJ -> [ "l"; "s" ]
        | _ -> [ "l" ]
    | :? HarmonicLadder -> [ "l"; "m" ]
    | :? RealLadder -> [ "l1"; "l2"; "l3"; "n1"; "n2"; "n3" ]
    | :? Equivariant as s -> ordersOf s.Family
    | :? Invariant as s -> ordersOf s.Family
    | :? SignOf as s -> ordersOf s.Family
    | :? EveryTree
    | :? EveryTreeInvariant -> [ "every tree" ]
    | :? AllOf as s -> s.Parts |> List.collect parametersOf |> List.distinct
    | _ -> []

/// "name TAB method TAB parameters TAB seconds TAB proved".
let row (line: Line) : string =
    let seconds = line.Seconds.ToString("0.000", CultureInfo.InvariantCulture)
    let parameters = String.Join(",", parametersOf line.Theorem.Statement)
    $"{line.Name}\t{method line.Theorem}\t{parameters}\t{seconds}\tproved"

// ---- LaTeX

let private formula (text: string) =
    let text = Regex.Replace(text, @"\*\*(\w+|\([^()]*\))", fun m -> "^{" + m.Groups[1].Value.Trim('(', ')') + "}")
    let text = Regex.Replace(text, @"\b(alpha|beta|gamma)\b", @"\$1 ")
    Regex.Replace(text, @"\b([A-Za-z])(\d+)", "$1_{$2}").Replace("*", @"\,")

let private symbolFormula (symbol: Symbol) (shift: BigInteger list) =
    let halves (k: BigInteger) = if k.IsEven then string (k / BigInteger 2) else @$"\tfrac{{{k}}}{{2}}"

    let argument (name: string) (k: BigInteger) =
        formula name
        + (if k.IsZero then "" elif k.Sign > 0 then "+" + halves k else "-" + halves -k)

    let entries = List.map2 argument symbol.Quanta shift
    let row (i: int) = String.Join(" & ", entries[3 * i .. 3 * i + 2])
    let kind = if symbol.Name = "6j" then "Bmatrix" else "pmatrix"
    @$"\begin{{{kind}}} {row 0} \\ {row 1} \end{{{kind}}}"

/// A statement's formula in LaTeX; None for statements that are better read in words.
let rec latexOf (statement: Statement) : string option =
    match statement with
    | :? SymbolRelation as s ->
        s.Terms
        |> List.map (fun t ->
            let names = s.Symbol.Quanta

            let root =
                match t.Radicand with
                | [] -> ""
                | forms ->
                    let body = forms |> List.map (fun f -> $"({formula (Linear.print names f)})") |> String.concat ""
                    @$"\sqrt{{{body}}}\,"

            let coefficient =
                if t.Coefficient = Polynomial.One then "+"
                elif t.Coefficient = -Polynomial.One then "-"
                else $"+\\bigl({formula (t.Coefficient.Print names)}\\bigr)"

            coefficient + root + symbolFormula s.Symbol t.Shift)
        |> String.concat "\n  "
        |> fun sum -> Some(sum.TrimStart '+' + " = 0")
    | :? AllOf as s when s.Parts.Length <= 3 ->
        let parts = s.Parts |> List.map latexOf

        if List.forall Option.isSome parts then
            Some(parts |> List.map Option.get |> String.concat ", \\\\\n  ")
        else
            None
    | _ -> None

/// Characters of the arguments that LaTeX's own font encoding lacks.
let private symbols =
    dict
        [ '\u2212', "\\ensuremath{-}" // minus
          '\u2192', "\\ensuremath{\\to}" // arrow
          '\u00B1', "\\ensuremath{\\pm}" // plus or minus
          '\u221A', "\\ensuremath{\\surd}" // root
          '\u03A3', "\\ensuremath{\\Sigma}" // sum
          '\u2013', "--" // dash
          '\u2032', "'" ] // prime

/// A text of words and formulas as LaTeX's running text.
let private escape (text: string) =
    let escaped = StringBuilder()

    for c in text do
        match c with
        | '\\' -> escaped.Append @"\textbackslash{}"
        | '~' -> escaped.Append @"\textasciitilde{}"
        | '^' -> escaped.Append @"\textasciicircum{}"
        | '*' -> escaped.Append @"*\allowbreak{}"
        | c when "&%$#_{}".Contains c -> escaped.Append('\\').Append c
        | c when symbols.ContainsKey c -> escaped.Append symbols[c]
        | c -> escaped.Append c
        |> ignore

    escaped.ToString()

/// A LaTeX document with every theorem: statement, formula, method, assumptions and argument.
let latex (lines: Line list) : string =
    let out = StringBuilder()
    let line (s: string) = out.Append(s).Append('\n') |> ignore
    line "% Generated by `toolkit prove`. Do not edit by hand."
    line @"\documentclass{article}"
    line @"\usepackage{amsmath,amsthm}"
    line @"\newtheorem{theorem}{Theorem}"
    line @"\begin{document}"
    line @"\sloppy\allowdisplaybreaks"

    for t in lines do
        line @$"\begin{{theorem}}[{escape t.Name}]"

        match latexOf t.Theorem.Statement with
        | Some formula ->
            line @"\begin{multline*}"
            line ("  " + formula.Replace("\n  +", " \\\\\n  +").Replace("\n  -", " \\\\\n  -"))
            line @"\end{multline*}"
        | None -> ()

        line (escape t.Theorem.Statement.Text + ".")
        line @"\end{theorem}"
        line @"\begin{proof}"
        line (escape t.Argument)
        line $" Rules: {escape (method t.Theorem)}."

        if not t.Theorem.Assumptions.IsEmpty then
            line $""" Assumed, not checked: {escape (String.Join("; ", t.Theorem.Assumptions))}."""

        line @"\end{proof}"

    line @"\end{document}"
    out.ToString()

/// A Markdown page with a table of all theorems and, below it, each of them.
let markdown (lines: Line list) : string =
    let out = StringBuilder()
    let line (s: string) = out.Append(s).Append('\n') |> ignore
    line "<!-- Generated by `toolkit prove`. Do not edit by hand. -->"
    line "# Theorems"
    line ""
    line "| theorem | method | terms in certificates | seconds | assumed |"
    line "|---|---|---:|---:|---|"

    for t in lines do
        let seconds = t.Seconds.ToString("0.000", CultureInfo.InvariantCulture)
        let assumed = String.Join("; ", t.Theorem.Assumptions)
        line $"| {t.Name} | {method t.Theorem} | {size t.Theorem} | {seconds} | {assumed} |"

    for t in lines do
        line ""
        line $"## {t.Name}"
        line ""
        line "```text"
        line t.Theorem.Statement.Text
        line "```"
        line ""
        line t.Argument

        if not t.Theorem.Assumptions.IsEmpty then
            line ""
            line $"""Assumed, not checked: {String.Join("; ", t.Theorem.Assumptions)}."""

    out.ToString()
