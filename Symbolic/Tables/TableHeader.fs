namespace Toolkit.Symbolic.Tables

open Toolkit.Symbolic.AngularMomentum

/// What every text format says of its table: four facts, each a key and a value.
module internal TableHeader =

    /// kind=… basis=… lmax=… half=…, and precision=float32 where it is not float64.
    let parameters (spec: TableSpec) : string =
        String.concat
            " "
            [ "kind=" + spec.Kind.Name
              "basis=" + spec.Kind.Basis.Name
              "lmax=" + spec.LMaxText
              "half=" + (if spec.Half then "true" else "false")
              if spec.Precision.IsSingle then "precision=float32" ]

    /// The header's facts: generator, parameters, convention, checksum. `formula` adds what p and q are.
    let facts (spec: TableSpec) (format: string) (formula: bool) (checksum: string) : (string * string) list =
        let value = if formula then "value = " + spec.Kind.Formula + ", correctly rounded" else "correctly rounded"
        let rows = if spec.Kind.IsSixJ then "; l: upper row, m: lower row" else ""

        [ "generator", spec.Command format
          "parameters", parameters spec
          "convention", spec.Convention.Name + " (" + value + "; zeros left out" + rows + ")"
          "checksum", "sha256:" + checksum ]

    /// The table of these parameters, by key, and of this convention, or what is wrong with them.
    let trySpec (parameter: string -> string option) (convention: string) : Result<TableSpec, string> =
        let field (key: string) (absent: string) (read: string -> 'a option) : Result<'a, string> =
            let value = parameter key |> Option.defaultValue absent

            match read value with
            | Some answer -> Ok answer
            | None -> Error("found " + key + "='" + value + "' in the parameters")

        let truth (text: string) =
            match text with
            | "true" -> Some true
            | "false" -> Some false
            | _ -> None

        let name = convention.Split(' ').[0]

        field "kind" "" TableKind.TryParse
        |> Result.bind (fun kind ->
            match Conventions.tryFind name kind.Basis with
            | None -> Error("found convention '" + name + "', expected one of " + String.concat ", " (Conventions.names ()))
            | Some convention ->
                field "lmax" "" HalfInteger.TryParse
                |> Result.bind (fun lmax ->
                    field "half" "" truth
                    |> Result.bind (fun half ->
                        field "precision" Precision.Double.Name Precision.TryParse
                        |> Result.bind (fun precision -> TableSpec.TryCreate(kind, lmax, half, convention, precision)))))

    /// The table that these two facts state, or what is wrong with them.
    let tryRead (parameters: string) (convention: string) : Result<TableSpec, string> =
        let fields =
            [| for field in parameters.Split ' ' do
                   match field.Split('=', 2) with
                   | [| key; value |] -> key, value
                   | _ -> field, "" |]

        trySpec (fun key -> fields |> Array.tryFind (fun (k, _) -> k = key) |> Option.map snd) convention
