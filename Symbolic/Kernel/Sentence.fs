namespace Toolkit.Symbolic.Proofs.Kernel

/// How statements about numbers are put together (docs/statements.md has the language, and what it means): "laws for all … and all …,
/// wherever … and …; remark; remark".
type internal Sentence =
    {
        /// What is equal: formulas.
        Laws: string
        /// Kinds of variables with their names.
        ForAll: string list
        /// Conditions, all of which are to be met.
        Where: string list
        /// Definitions of what stands in the formulas, and what else is to be known.
        Remarks: string list
    }

    /// "integers a, b", or nothing where there are no names.
    static member Kind(kind: string, names: string list) : string list =
        if names.IsEmpty then [] else [ $"""{kind} {String.concat ", " names}""" ]

    /// Its text.
    member this.Text =
        let joined before between parts = if List.isEmpty parts then "" else before + String.concat between parts
        this.Laws + joined " for all " " and all " this.ForAll + joined ", wherever " " and " this.Where + joined "; " "; " this.Remarks
