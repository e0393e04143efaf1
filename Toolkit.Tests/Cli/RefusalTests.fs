/// What a user's files, folders and options can have wrong: each is one line that says where, and nothing is left behind.
module Toolkit.Tests.Cli.RefusalTests

open System
open System.IO
open System.IO.Compression
open System.Text.Json.Nodes
open Expecto
open Toolkit.Tests.Laws
open Toolkit.Tests.Cli.CommandLine

let private spec =
    """{"cutoff": {"radius": 3.5}, "radial": {"nmax": 2}, "lmax": 1,
    "representation": {"kind": "power-spectrum"}, "model": {"kind": "ridge"}}"""

let private withFiles = MethaneFiles.using spec 12 2

/// The options of a fit to a file.
let private fit (path: string -> string) (train: string) (options: string list) =
    fitOn path train "model" options

/// Frames of one hydrogen molecule each, the comment line given.
let private molecules (comments: string list) =
    String.concat "" [ for c in comments -> $"2\nProperties=species:S:1:pos:R:3 {c}\nH 0 0 0\nH 0.1 0.2 0.7\n" ]

/// Every place of a JSON value that holds no others, as its keys.
let rec private leaves (node: JsonNode | null) : string list list =
    match node with
    | :? JsonObject as o when o.Count > 0 -> [ for e in o do for rest in leaves e.Value -> e.Key :: rest ]
    | :? JsonArray as list when list.Count > 0 -> [ for rest in leaves list[0] -> "0" :: rest ]
    | _ -> [ [] ]

/// The JSON text with another value at a place.
let private edited (text: string) (place: string list) (value: string) =
    let root = nonNull (JsonNode.Parse text)

    let child (node: JsonNode) (key: string) =
        match node with
        | :? JsonArray as list -> nonNull list[int key]
        | _ -> nonNull node[key]

    let holder = List.fold child root (List.take (place.Length - 1) place)

    match holder with
    | :? JsonArray as list -> list[int (List.last place)] <- JsonNode.Parse value
    | _ -> holder[List.last place] <- JsonNode.Parse value

    root.ToJsonString()

[<Tests>]
let tests =
    testList "Cli.RefusalTests" [
        testCases "labels and cells that no fit can take are refused with their frame" [
            "energy=-1e308", "frame 2, energy: found -1E+308 as number 1, expected numbers of at most 1E+100"
            "energy=nan", "frame 2, energy: found NaN as number 1, expected finite numbers"
            "energy=-3 Lattice=\"1e-3 0 0 0 1e-3 0 0 0 1e-3\" pbc=\"T T T\"", "frame 2: found a cell so small that"
            "energy=-3 Lattice=\"1e-9 0 0 0 1e-9 0 0 0 1e-9\" pbc=\"T T T\"", "frame 2, atom 2: found a position"
        ] (fun (comment, expected) ->
            withFiles (fun path ->
                File.WriteAllText(path "bad.xyz", molecules [ "energy=-3.1"; comment; "energy=-3.2" ])
                fails 1 expected (fit path "bad.xyz" [])
                Assert.Empty(Directory.GetFileSystemEntries(path "", "model*"))))

        testCase "weights that make labels too large are refused with the frame" <| fun () ->
            withFiles (fun path ->
                fit path "train.xyz" [ "--set"; "model.weights.energy=1e200" ]
                |> fails 1 "frame 1: found labels or features that are too large")

        testCases "a frame without the moments that a model reads is named, whatever the verb" [
            "magmoms2:R:3", "frame 2: found no atom property spins; there is field, magmoms2"
            "spins:R:2:other:R:1", "frame 2: found Real[2, 2] as spins"
        ] (fun (columns, expected) ->
            withFiles (fun path ->
                let frame (columns: string) k =
                    $"2\nProperties=species:S:1:pos:R:3:field:R:3:{columns} energy=-{k}.5\nFe 0 0 0 0 0.1 0 0 0 2\nFe 0 0 2.{k} 0 0.1 0 1 0 2\n"

                File.WriteAllText(
                    path "spec.json",
                    """{"cutoff": {"radius": 3.5}, "radial": {"nmax": 2}, "lmax": 1, "representation": {"kind": "spin-power-spectrum"},
                    "fields": [{"name": "spin", "kind": "vector", "key": "spins", "axial": true, "timeOdd": true}]}"""
                )

                File.WriteAllText(path "spins.xyz", String.concat "" (List.map (frame "spins:R:3") [ 1; 2; 3; 4 ]))
                File.WriteAllText(path "bad.xyz", frame "spins:R:3" 1 + frame columns 2)
                ok (fit path "spins.xyz" [ "--field-key"; "field" ]) |> ignore

                for verb in [ [ "evaluate"; path "model"; path "bad.xyz" ]; [ "predict"; path "model"; path "bad.xyz"; "--out"; path "out.xyz" ] ] do
                    fails 1 expected verb

                Assert.False(File.Exists(path "out.xyz"))))

        testCase "compressed structures that end between two frames are not taken for whole" <| fun () ->
            withFiles (fun path ->
                use bytes = new MemoryStream()

                (use zip = new GZipStream(bytes, CompressionLevel.Optimal, true) in
                 for k in 1..3 do
                     zip.Write(ReadOnlySpan(Text.Encoding.ASCII.GetBytes(molecules [ $"energy=-3.{k}" ])))
                     zip.Flush())

                // The last eight bytes are checksum and length, and before them is what says that nothing follows.
                File.WriteAllBytes(path "cut.xyz.gz", bytes.ToArray()[.. int bytes.Length - 11])
                fails 1 "expected a whole gzip file" (fit path "cut.xyz.gz" []))

        testCase "a model that was changed by hand is refused with the key, whichever it is" <| fun () ->
            withFiles (fun path ->
                ok (fit path "train.xyz" []) |> ignore
                let about = path "model/model.json"
                let text = File.ReadAllText about
                let evaluate = [ "evaluate"; path "model"; path "test.xyz" ]
                let right = ok evaluate

                for place in leaves (JsonNode.Parse text) do
                    for value in [ "null"; "\"x\""; "-1"; "2.5"; "1e400"; "{}" ] do
                        File.WriteAllText(about, edited text place value)

                        match run evaluate with
                        // What no prediction depends on, as the names of files.
                        | 0, out, "" -> Assert.Equal(right, out)
                        | 1, "", err ->
                            Assert.Contains("found", err)
                            // The key itself, or the object that is refused as a whole.
                            if not (err.Contains "weights.npz") then Assert.Contains(List.head place, err)
                        | code, _, err -> failtest $"{place} {value}: {code} {err}"

                for place, value in [ [ "spec"; "cutoff"; "radius" ], "3.6"; [ "baseline"; "H" ], "-13.6" ] do
                    File.WriteAllText(about, edited text place value)
                    fails 1 $"{List.head place}: found something else than what the numbers were made for" evaluate

                File.WriteAllText(about, text.Replace("\"version\"", "\"species\": [\"C\"], \"version\""))
                fails 1 "no JSON, or a key twice" evaluate)

        testCase "a state of a fit that is damaged anywhere is refused, with what to do" <| fun () ->
            withFiles (fun path ->
                ok (fit path "train.xyz" [ "--shard"; "1/1" ]) |> ignore
                let state = path "model.shard-1-of-1.npz"
                let bytes = File.ReadAllBytes state
                // In the middle of the numbers.
                let flipped = Array.copy bytes
                flipped[bytes.Length / 2] <- flipped[bytes.Length / 2] ^^^ 1uy

                for damaged in [ flipped; bytes[.. bytes.Length / 2]; [||] ] do
                    File.WriteAllBytes(state, damaged)
                    fails 1 "expected the state of a fit that is whole; remove the file to begin anew" (fit path "train.xyz" [ "--merge" ])

                File.WriteAllBytes(state, bytes)
                ok (fit path "train.xyz" [ "--merge" ]) |> ignore)

        testCases "options that cannot be taken are usage, and say which" [
            [ "--set"; "radial.nmax=x" ], "--set radial.nmax=x: $.radial.nmax: found"
            [ "--set"; "lmax=2"; "--set"; "radial.foo=1" ], "--set radial.foo=1: $.radial: found the unknown key 'foo'"
            [ "--sweep"; "lmax=1,1" ], "--sweep: found 'lmax=1,1', expected each value once"
            [ "--threads"; "x" ], "--threads: found 'x', expected a whole number"
            [ "--test"; "--force" ], "--force: found where the option before it has its value"
        ] (fun (options, expected) -> withFiles (fun path -> fails 2 expected (fit path "train.xyz" options)))

        testCase "a socket's name that is too long is usage" <| fun () ->
            withFiles (fun path ->
                ok (fit path "train.xyz" []) |> ignore
                [ "serve"; path "model"; "--address"; "unix:" + String('x', 200); "--structure"; path "test.xyz" ]
                |> fails 2 "expected a name of a socket")

        testCases "a folder that cannot be is named as it was given" [
            "", "--out: found no name"
            "absent/model", "absent/model: found no such folder, expected a folder that can be written"
        ] (fun (name, expected) ->
            withFiles (fun path ->
                let name = if name = "" then "" else path name
                fails 1 expected [ "fit"; "--spec"; path "spec.json"; "--train"; path "train.xyz"; "--out"; name ]))
    ]
