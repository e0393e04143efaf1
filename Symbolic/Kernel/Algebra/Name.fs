namespace Toolkit.Symbolic.Algebra

/// Names of variables, labels and fields: what a statement quantifies over. A name that could be read as anything else
/// in a statement, the imaginary unit among them, is not a name.
[<RequireQualifiedAccess>]
module Name =

    /// Words of the statements themselves.
    let private reserved =
        set
            [ "i"; "sqrt"; "diff"; "sum"; "over"; "of"; "for"; "all"; "and"; "or"; "not"; "if"; "is"; "are"; "in"; "at"
              "where"; "with"; "under"; "otherwise"; "becomes"; "natural"; "integers"; "couple"; "join"; "map"; "grad"; "every"
              "coefficient"; "delta"; "conjugate"; "angular"; "momenta"; "numbers"; "directions"; "spinors"; "functions"; "families"
              "sites"; "orders"; "triads"; "defined"; "some"; "wherever"; "pi" ]

    let private isLetter (c: char) = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
    let private isDigit (c: char) = c >= '0' && c <= '9'

    /// A letter, then letters, digits and underscores, then primes; at most 40 characters; no word of the statements.
    let isValid (name: string) : bool =
        let body = name.TrimEnd '\''

        body.Length > 0
        && name.Length <= 40
        && isLetter body[0]
        && body |> Seq.forall (fun c -> isLetter c || isDigit c || c = '_')
        && not (reserved.Contains body)

    /// Valid names, each once.
    let areDistinct (names: string list) : bool =
        List.forall isValid names && List.length (List.distinct names) = names.Length

    /// A name for something bound, such as a summation index: the wanted one, or the first of wanted1, wanted2, … that
    /// is not taken.
    let fresh (taken: string list) (wanted: string) : string =
        Seq.append [ wanted ] (Seq.initInfinite (fun k -> $"{wanted}{k + 1}"))
        |> Seq.find (fun name -> not (List.contains name taken))
