namespace Toolkit.Symbolic.Tables

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
