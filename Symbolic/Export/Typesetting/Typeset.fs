/// Statements set in type: LaTeX and MathML, symbols as arrays, powers, roots and fractions as such. For reading; the
/// kernel's own text is what files state.
module Toolkit.Symbolic.Export.Typesetting.Typeset

open Toolkit.Symbolic.Proofs.Kernel
open Toolkit.Symbolic.Export

/// The text that is set: the kernel's, with the coefficients of relations factored.
let source (statement: Statement) : string = Factored.statement statement

/// Sentences of the language are set from what they are; others, which are in words, from their text.
let private pieces (statement: Statement) : Piece list =
    let text = source statement

    match Toolkit.Symbolic.Statements.Reader.read text with
    | Ok { Claims = [ claim ] } -> SentencePieces.claim claim
    | _ -> FormulaReader.parts text

/// More parts than this are one line that unfolds.
[<Literal>]
let MostParts = 4

/// The parts of a conjunction within conjunctions; a statement by itself is its only part.
let rec parts (statement: Statement) : Statement list =
    match statement with
    | :? AllOf as s -> s.Parts |> List.collect parts
    | s -> [ s ]

/// "72 statements, such as: …", for conjunctions that are too long to be read: how many, and the part to show, the first
/// one that is not the longest or the shortest of them.
let private many (all: Statement list) =
    let typical = all |> List.sortBy (fun s -> s.Text.Length) |> List.item (all.Length / 2)
    $"{all.Length} statements, such as: ", typical

/// A statement as running text in LaTeX. Of a long conjunction, one line.
let latex (statement: Statement) : string =
    let set = pieces >> Latex.pieces

    match parts statement with
    | [ single ] -> set single
    | all when all.Length > MostParts ->
        let words, typical = many all
        words + set typical
    | all -> all |> List.mapi (fun i s -> $"({i + 1}) {set s}") |> String.concat "; "

/// A statement as an element of XHTML, formulas in MathML: a paragraph, a list, or one line that unfolds to a list.
let mathMl (statement: Statement) : string =
    let set = pieces >> MathMl.pieces

    match parts statement with
    | [ single ] -> $"<p>{set single}</p>"
    | all ->
        let items = all |> List.map (fun s -> $"<li>{set s}</li>") |> String.concat ""

        if all.Length > MostParts then
            let words, typical = many all
            $"<details><summary>{words}{set typical}</summary><ol>{items}</ol></details>"
        else
            $"<ol>{items}</ol>"

/// Words as LaTeX's running text.
let words (text: string) : string = Latex.words text

/// A formula of our notation in LaTeX; None where it is not one formula.
let formula (text: string) : string option =
    match FormulaReader.parts text with
    | [ Formula f ] -> Some(Latex.formula f)
    | _ -> None
