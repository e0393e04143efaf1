/// Methane to train on and to test with, and a specification, in a folder of a test.
module Toolkit.Tests.Cli.MethaneFiles

open System.IO
open Toolkit.Numerics.Structures
open Toolkit.Tests.Laws

/// Calls `test` with the paths of train.xyz, test.xyz and spec.json by their names.
let using (spec: string) (training: int) (testing: int) (test: (string -> string) -> unit) : unit =
    TemporaryFolder.using (fun folder ->
        let path name = Path.Combine(folder, name)
        let all = Path.Combine(SharedData.repository, "paper-reproductions", "nice-2020", "data", "methane.xyz")
        let frames = ExtendedXyzReader.Read all |> Seq.truncate (training + testing) |> List.ofSeq
        ExtendedXyzWriter.Write(path "train.xyz", List.take training frames)
        ExtendedXyzWriter.Write(path "test.xyz", List.skip training frames)
        File.WriteAllText(path "spec.json", spec)
        test path)
