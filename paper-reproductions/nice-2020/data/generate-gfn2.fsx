// Random CH4 labelled with GFN2-xTB: OMP_NUM_THREADS=1 dotnet fsi generate-gfn2.fsx COUNT FILE.npz
//
// Four H uniform in a sphere of 3 Å around C, every pair of atoms more than 0.5 Å apart (the distribution of the random-methane set of
// Nigam et al. 2020), positions rounded to 1e-4 Å before anything is computed. Configuration k is drawn from numbers that follow from k
// alone, and its charges start from nothing, so that a label does not depend on what was computed before. COUNT configurations are tried;
// those whose charges do not converge are left out. FILE.npz has
//   positions  int16 [configuration, H, xyz], in 1e-4 Å from the carbon atom
//   energies   int32 [configuration], in 1e-5 eV
//   tried      int32 [1]: COUNT, so that tried less the number of energies did not converge.
// What was computed is kept beside it in FILE.npz.part: a run that was interrupted, or one with a larger COUNT, goes on there.
//
// Needs libxtb (Debian: libxtb6; 6.5.1 was used) and nothing else.
#load "../../Xtb.fsx"

open System
open System.IO
open System.IO.Compression
open System.Text

/// Å and eV (CODATA 2018).
let bohr, hartree = 0.529177210903, 27.211386245988

/// Å; eV; Å. K: the program's default.
let unit, energyUnit, radius, nearest, temperature = 1e-4, 1e-5, 3., 0.5, 300.

/// Numbers in [0, 1) that follow from a start alone (SplitMix64: Steele, Lea, Flood, OOPSLA 2014).
let numbers (start: uint64) : unit -> float =
    let mutable state = start * 0x9E3779B97F4A7C15UL + 0x2545F4914F6CDD1DUL

    fun () ->
        state <- state + 0x9E3779B97F4A7C15UL
        let z = (state ^^^ (state >>> 30)) * 0xBF58476D1CE4E5B9UL
        let z = (z ^^^ (z >>> 27)) * 0x94D049BB133111EBUL
        float ((z ^^^ (z >>> 31)) >>> 11) / 9007199254740992.

/// The places of the hydrogen atoms of configuration k, in units of 1e-4 Å.
let draw (k: int) : int[] =
    // Starts far from one another: steps of one generator are no starts of another.
    let next = numbers (uint64 k * 0x632BE59BD9B4E019UL + 1UL)
    let atoms = ResizeArray [ [| 0; 0; 0 |] ]

    while atoms.Count < 5 do
        let r = Array.init 3 (fun _ -> int (round ((2. * next () - 1.) * radius / unit)))
        let distance (s: int[]) = unit * sqrt (Array.fold2 (fun sum (a: int) b -> sum + float (a - b) ** 2.) 0. r s)

        if distance atoms[0] < radius && atoms |> Seq.forall (fun s -> distance s > nearest) then
            atoms.Add r

    atoms |> Seq.skip 1 |> Seq.concat |> Array.ofSeq

let mutable environment = Xtb.xtb_newEnvironment ()
Xtb.xtb_setVerbosity (environment, 0)
let mutable count, total, unpaired = 5, 0., 0
let species = [| 6; 1; 1; 1; 1 |]
let inBohr (hydrogens: int[]) = [| yield! [ 0.; 0.; 0. ]; for x in hydrogens -> float x * unit / bohr |]
let mutable molecule = Xtb.xtb_newMolecule (environment, &count, species, inBohr (draw 0), &total, &unpaired, 0n, 0n)
let mutable calculator = Xtb.xtb_newCalculator ()
Xtb.xtb_loadGFN2xTB (environment, molecule, calculator, 0n)
Xtb.xtb_setAccuracy (environment, calculator, 0.1)
Xtb.xtb_setElectronicTemp (environment, calculator, temperature)

/// The energy in units of 1e-5 eV; nothing where the charges do not converge.
let label (hydrogens: int[]) : int option =
    Xtb.xtb_updateMolecule (environment, molecule, inBohr hydrogens, 0n)
    // New ones, without charges to start from.
    let mutable results = Xtb.xtb_newResults ()
    Xtb.xtb_singlepoint (environment, molecule, calculator, results)

    let energy =
        if Xtb.xtb_checkEnvironment environment <> 0 then
            // Messages of errors are taken off, so that the next one starts without.
            Xtb.xtb_delEnvironment &environment
            environment <- Xtb.xtb_newEnvironment ()
            Xtb.xtb_setVerbosity (environment, 0)
            None
        else
            let mutable energy = 0.
            Xtb.xtb_getEnergy (environment, results, &energy)
            Some(int (round (hartree * energy / energyUnit)))

    Xtb.xtb_delResults &results
    energy

let wanted, path =
    match fsi.CommandLineArgs with
    | [| _; count; path |] -> int count, path
    | _ -> failwith "expected COUNT FILE.npz"

// A record is the energy, int.MinValue where there is none, after the twelve coordinates.
let record = 12 * 2 + 4
let clock = Diagnostics.Stopwatch.StartNew()

let fill () =
    use part = new FileStream(path + ".part", FileMode.OpenOrCreate, FileAccess.ReadWrite)
    let ready = int (part.Length / int64 record)
    part.SetLength(int64 ready * int64 record)
    part.Seek(0L, SeekOrigin.End) |> ignore
    let bytes = Array.zeroCreate<byte> record

    for k in ready .. wanted - 1 do
        let hydrogens = draw k
        for i in 0..11 do BitConverter.TryWriteBytes(bytes.AsSpan(2 * i), int16 hydrogens[i]) |> ignore
        BitConverter.TryWriteBytes(bytes.AsSpan 24, label hydrogens |> Option.defaultValue Int32.MinValue) |> ignore
        part.Write(bytes, 0, record)

        if k % 1000 = 999 then
            part.Flush()
            eprintfn "%d of %d, %.0f s" (k + 1) wanted clock.Elapsed.TotalSeconds

fill ()

let all = File.ReadAllBytes(path + ".part").AsSpan(0, wanted * record).ToArray() |> Array.chunkBySize record
let converged = all |> Array.filter (fun r -> BitConverter.ToInt32(r, 24) <> Int32.MinValue)

/// An array of NumPy's format 1.0.
let npy (kind: string) (shape: string) (data: byte[]) : byte[] =
    let head = $"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}"
    let head = head.PadRight((10 + head.Length + 1 + 63) / 64 * 64 - 11) + "\n"

    Array.concat
        [ [| 0x93uy; byte 'N'; byte 'U'; byte 'M'; byte 'P'; byte 'Y'; 1uy; 0uy; byte head.Length; byte (head.Length / 256) |]
          Encoding.ASCII.GetBytes head
          data ]

let write () =
    use zip = new ZipArchive(File.Create(path + ".tmp"), ZipArchiveMode.Create)

    let add (name: string) (data: byte[]) =
        let entry = zip.CreateEntry(name + ".npy", CompressionLevel.NoCompression)
        entry.LastWriteTime <- DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero)
        use stream = entry.Open()
        stream.Write(data, 0, data.Length)

    add "positions" (npy "<i2" $"({converged.Length}, 4, 3)" (converged |> Array.collect (fun r -> r[..23])))
    add "energies" (npy "<i4" $"({converged.Length},)" (converged |> Array.collect (fun r -> r[24..])))
    add "tried" (npy "<i4" "(1,)" (BitConverter.GetBytes wanted))

write ()
File.Move(path + ".tmp", path, true)
eprintfn "%d of %d converged, %.0f s" converged.Length wanted clock.Elapsed.TotalSeconds
