/// The functions of toolkit.h, called as a host calls them: several models and several threads in one process.
module Toolkit.Tests.Native.AbiTests

open System
open System.IO
open System.Runtime.InteropServices
open System.Text
open System.Threading
open Expecto
open Toolkit.Numerics.Models
open Toolkit.Numerics.Structures
open Toolkit.Tests.Laws

#nowarn "9"

[<Struct; StructLayout(LayoutKind.Sequential)>]
type private Atoms =
    val mutable Count: int64
    val mutable Species: nativeint
    val mutable Positions: nativeint
    val mutable Cell: nativeint
    val mutable Periodic: int
    val mutable Properties: int
    val mutable Names: nativeint
    val mutable Widths: nativeint
    val mutable Values: nativeint

[<Struct; StructLayout(LayoutKind.Sequential)>]
type private Found =
    val mutable Energy: nativeint
    val mutable Energies: nativeint
    val mutable Forces: nativeint
    val mutable Virial: nativeint
    val mutable Fields: nativeint
    val mutable EnergyDeviation: nativeint
    val mutable Deviations: nativeint

[<UnmanagedFunctionPointer(CallingConvention.Cdecl)>]
type private Open = delegate of nativeint * nativeint byref -> int

[<UnmanagedFunctionPointer(CallingConvention.Cdecl)>]
type private Predict = delegate of nativeint * Atoms byref * int * Found byref -> int

[<UnmanagedFunctionPointer(CallingConvention.Cdecl)>]
type private Close = delegate of nativeint -> int

[<UnmanagedFunctionPointer(CallingConvention.Cdecl)>]
type private Error = delegate of unit -> nativeint

let private folder () =
    match Environment.GetEnvironmentVariable "TOOLKIT_NATIVE" with
    | null | "" -> Path.Combine(AppContext.BaseDirectory, "native")
    | named -> named

/// The library, as a host has loaded it.
type private Library() =
    let handle = NativeLibrary.Load(Path.Combine(folder (), "libtoolkit-v3.so"))
    let get (name: string) : 'd = Marshal.GetDelegateForFunctionPointer<'d>(NativeLibrary.GetExport(handle, name))
    let opens: Open = get "toolkit_model_open"
    let predicts: Predict = get "toolkit_model_predict"
    let closes: Close = get "toolkit_close"
    let error: Error = get "toolkit_error"

    let required failed =
        if failed <> 0 then failwith (nonNull (Marshal.PtrToStringUTF8(error.Invoke())))

    member _.Open(path: string) =
        let text = GCHandle.Alloc(Encoding.UTF8.GetBytes(path + "\000"), GCHandleType.Pinned)
        let mutable model = 0n

        try
            required (opens.Invoke(text.AddrOfPinnedObject(), &model))
            model
        finally
            text.Free()

    /// Energy and forces.
    member _.Predict(model: nativeint, s: Structure) =
        let pinned = ResizeArray<GCHandle>()

        let pin (array: Array) =
            let handle = GCHandle.Alloc(array, GCHandleType.Pinned)
            pinned.Add handle
            handle.AddrOfPinnedObject()

        try
            let energy, forces = [| 0. |], Array.zeroCreate<float> (3 * s.Count)
            let mutable atoms = Unchecked.defaultof<Atoms>
            atoms.Count <- int64 s.Count
            atoms.Species <- pin (s.Species.ToArray())
            atoms.Positions <- pin (s.Positions.ToArray())
            atoms.Cell <- pin ((nonNull s.Cell).Vectors.ToArray())
            atoms.Periodic <- 7
            let mutable found = Unchecked.defaultof<Found>
            found.Energy <- pin energy
            found.Forces <- pin forces
            required (predicts.Invoke(model, &atoms, 1, &found))
            energy[0], forces
        finally
            for handle in pinned do
                handle.Free()

    member _.Close(model: nativeint) = required (closes.Invoke model)

[<Tests>]
let tests =
    testSequenced <| testList "Native.AbiTests" [
        testCase
            "two models and several threads of one process: each says what it says alone, and failures are told to the thread that had them"
        <| fun () ->
            NativeModel.requireLibrary ()

            TemporaryFolder.using (fun folder ->
                let path name = Path.Combine(folder, name)
                let kinds = [| "linear"; "repulsion" |]

                for kind in kinds do
                    NativeModel.write (path kind) kind

                let library = Library()
                let models = kinds |> Array.map (path >> library.Open)
                let frames = NativeModel.frames 4 |> Array.ofList

                let expected =
                    kinds
                    |> Array.map (fun kind ->
                        frames |> Array.map (fun s -> (let p = (ModelFolder.Read(path kind)).Predict s in p.Energy, p.Forces)))

                let strange = frames[0].WithSpecies(ReadOnlySpan(Array.create frames[0].Count 2))
                let failures = ResizeArray<exn>()

                let work (thread: int) () =
                    try
                        for round in 0..5 do
                            for f in 0 .. frames.Length - 1 do
                                let m = (thread + round + f) % 2
                                let energy, forces = library.Predict(models[m], frames[f])
                                let known, knownForces = expected[m][f]
                                Assert.InRange(abs (energy - known), 0., 1e-10 * (1. + abs known))
                                Array.iter2 (fun (x: float) y -> Assert.InRange(abs (x - y), 0., 1e-9)) knownForces forces
                            // Every other thread asks for what cannot be.
                            if thread % 2 = 1 then
                                let told =
                                    try
                                        (library.Predict(models[0], strange) |> ignore
                                         "")
                                    with e ->
                                        e.Message

                                Assert.Contains("found He as atom 1", told)
                    with e ->
                        lock failures (fun () -> failures.Add e)

                let threads = [| for t in 0..3 -> Thread(work t) |]

                for t in threads do
                    t.Start()

                for t in threads do
                    t.Join()

                if failures.Count > 0 then
                    raise failures[0]
                // One is given back; the other stays.
                library.Close models[0]
                Assert.InRange(abs (fst (library.Predict(models[1], frames[0])) - fst (expected[1].[0])), 0., 1e-9)
                library.Close models[1])

        testCase "a model that is not there, damaged or of another version is told, not thrown" <| fun () ->
            NativeModel.requireLibrary ()
            TemporaryFolder.using (fun folder ->
                let path name = Path.Combine(folder, name)
                let library = Library()
                let told name = try (library.Open(path name) |> ignore; "") with e -> e.Message
                Assert.Contains("nowhere", told "nowhere")
                NativeModel.write (path "model") "linear"
                let about = path "model/model.json"
                let text = File.ReadAllText about
                File.WriteAllText(about, text.Replace("toolkit-model/1", "toolkit-model/2"))
                Assert.Contains("a newer version of the toolkit reads it", told "model")
                File.WriteAllText(about, text.Substring(0, text.Length / 2))
                Assert.Contains("model.json", told "model")) ]
