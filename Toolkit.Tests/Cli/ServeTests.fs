/// `toolkit serve` against servers of i-PI: one in the test's own process, and ASE where it is there.
module Toolkit.Tests.Cli.ServeTests

open System
open System.IO
open System.Net
open System.Net.Sockets
open System.Text
open System.Threading.Tasks
open Expecto
open Toolkit.Numerics.Models
open Toolkit.Numerics.Models.Fit
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Structures
open Toolkit.Tests.Laws

let private bohr, hartree = 0.529177210903, 27.211386245988

let private crystal =
    Structure.Create(
        ReadOnlySpan [| 8; 1 |],
        ReadOnlySpan [| 0.1; 0.2; 0.; 1.6; 1.3; 1.9 |],
        Cell(ReadOnlySpan [| 3.1; 0.2; 0.; 0.; 3.3; 0.4; 0.5; 0.; 3. |]),
        Periodicity.All
    )

/// A folder with a model that somebody has made up, and the structure that is simulated.
let private withModel (test: (string -> string) -> unit) =
    TemporaryFolder.using (fun folder ->
        let path name = Path.Combine(folder, name)

        let frames = [
            for k in 0..20 ->
                let r = crystal.Positions.ToArray() |> Array.mapi (fun i x -> x + 0.2 * sin (float (7 * i + k)))
                crystal.WithPositions(ReadOnlySpan r).WithProperty("energy", PropertyValue.Real(sin (float k)))
        ]

        let spec =
            Spec.Parse(
                """{"cutoff": {"radius": 3}, "radial": {"nmax": 3}, "lmax": 2, "representation": {"kind": "power-spectrum"}, "model": {"kind": "ridge", "regularizer": 1e-4}}""",
                "spec"
            )

        ModelFolder.Write(path "model", FitRun.Fit(spec, StructureSource.Of(ResizeArray frames, "data"), "spec", FitRequest()))
        ExtendedXyzWriter.Write(path "start.xyz", [ crystal ])
        test path)

/// One side of a connection as the server sees it.
type private Server(stream: NetworkStream) =
    member _.Send(header: string) = stream.Write(ReadOnlySpan(Encoding.ASCII.GetBytes(header.PadRight 12)))
    member _.Send(x: int) = stream.Write(ReadOnlySpan(BitConverter.GetBytes x))
    member _.Send(values: float[]) = stream.Write(ReadOnlySpan(values |> Array.collect (fun (x: float) -> BitConverter.GetBytes x)))
    member _.Take(count: int) =
        let bytes = Array.zeroCreate<byte> count
        stream.ReadExactly(Span bytes)
        bytes
    member s.Header() = Encoding.ASCII.GetString(s.Take 12).TrimEnd()
    member s.Integer() = BitConverter.ToInt32(s.Take 4, 0)
    member s.Reals(count: int) =
        let bytes = s.Take(8 * count)
        Array.init count (fun k -> BitConverter.ToDouble(bytes, 8 * k))

    member s.Status() =
        s.Send "STATUS"
        s.Header()

    member s.Places(structure: Structure) =
        s.Send "POSDATA"
        let cell = (nonNull structure.Cell).Vectors.ToArray()
        s.Send [| for a in 0..2 do for b in 0..2 -> cell[3 * b + a] / bohr |]
        s.Send(Array.zeroCreate<float> 9)
        s.Send structure.Count
        s.Send(structure.Positions.ToArray() |> Array.map (fun x -> x / bohr))

/// Serves while `talk` is the server, and gives what the command did.
let private serve (listener: Socket) (address: string) (path: string -> string) (talk: Server -> unit) =
    let client = Task.Run(fun () -> CommandLine.run [ "serve"; path "model"; "--address"; address; "--structure"; path "start.xyz" ])
    use socket = listener.Accept()
    use stream = new NetworkStream(socket)
    stream.ReadTimeout <- 20000
    talk (Server stream)
    stream.Close()
    socket.Close()
    client.Result

let private tcp () =
    let listener = new Socket(SocketType.Stream, ProtocolType.Tcp)
    listener.Bind(IPEndPoint(IPAddress.Loopback, 0))
    listener.Listen()
    listener, $"127.0.0.1:{(nonNull listener.LocalEndPoint :?> IPEndPoint).Port}"

[<Tests>]
let tests =
    testSequenced <| testList "Cli.ServeTests" [
        testCase "a server gets energies, forces and virials of the places it sends"
        <| fun () ->
            withModel (fun path ->
                let model = ModelFolder.Read(path "model")
                let name = Guid.NewGuid().ToString "N"
                let socketPath = Path.Combine(Path.GetTempPath(), $"ipi_{name}")
                let unix = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
                unix.Bind(UnixDomainSocketEndPoint socketPath)
                unix.Listen()
                let network, address = tcp ()
                use _ = unix
                use _ = network

                for listener, address in [ network, address; unix, "unix:" + socketPath ] do
                    let code, out, err =
                        serve listener address path (fun server ->
                            Assert.Equal("NEEDINIT", server.Status())
                            server.Send "INIT"
                            server.Send 0
                            server.Send 12
                            server.Send "some words"
                            Assert.Equal("READY", server.Status())

                            for k in 0..3 do
                                // The cell changes, too.
                                let strain = [| 1. + 0.01 * float k; 0.02; 0.; 0.; 1.; 0.; 0.; 0.01; 1. |]
                                let s = crystal.Transform(ReadOnlySpan strain)
                                server.Places s
                                Assert.Equal("HAVEDATA", server.Status())
                                server.Send "GETFORCE"
                                Assert.Equal("FORCEREADY", server.Header())
                                let expected = model.Predict s
                                Assert.Equal(expected.Energy, hartree * (server.Reals 1)[0], tolerance = 1e-10)
                                Assert.Equal(2, server.Integer())

                                Array.iter2
                                    (fun e f -> Assert.Equal(e, f * hartree / bohr, tolerance = 1e-10))
                                    expected.Forces
                                    (server.Reals 6)

                                let virial = server.Reals 9

                                for a in 0..2 do
                                    for b in 0..2 do
                                        Assert.Equal(expected.Virial[3 * a + b], hartree * virial[3 * b + a], tolerance = 1e-10)
                                // ASE wants at least one byte more.
                                let extra = server.Integer()
                                Assert.InRange(extra, 1, 100)
                                server.Take extra |> ignore
                                Assert.Equal("READY", server.Status())

                            server.Send "EXIT")

                    Assert.Equal("", err)
                    Assert.Equal((0, $"{address}: 4 steps, neighbours found 1 times\n"), (code, out))

                File.Delete socketPath)

        testCase "a connection that ends inside a message, and other servers, are told"
        <| fun () ->
            withModel (fun path ->
                let talks: (string * (Server -> unit)) list = [
                    "the server closed the connection inside a header",
                    (fun s ->
                        s.Status() |> ignore
                        s.Send 5)
                    "the server closed the connection inside a message",
                    (fun s ->
                        s.Send "POSDATA"
                        s.Send [| 1.; 2. |])
                    "the server sends 'HTTP/1.1 200': no message of i-PI", (fun s -> s.Send "HTTP/1.1 200")
                    "the server asks for forces before it gives places", (fun s -> s.Send "GETFORCE")
                    "the server has 3 atoms, expected 2, as --structure has",
                    (fun s ->
                        s.Places(
                            Structure.Create(ReadOnlySpan [| 8; 1; 1 |], ReadOnlySpan(Array.init 9 float), crystal.Cell, Periodicity.All)
                        ))
                    "the server announces -4 atoms",
                    (fun s ->
                        s.Send "POSDATA"
                        s.Send(Array.zeroCreate<float> 18)
                        s.Send -4)
                    "step 1: ", (fun s -> s.Places(crystal.WithPositions(ReadOnlySpan(Array.zeroCreate<float> 6))))
                ]

                for part, talk in talks do
                    let listener, address = tcp ()
                    use _ = listener
                    let code, _, err = serve listener address path talk
                    Assert.Contains(part, err)
                    Assert.Equal(1, code))

        testCase "an address where nobody listens, a structure that the model does not know" <| fun () ->
            withModel (fun path ->
                let fails code part args =
                    let actual, _, err = CommandLine.run ([ "serve"; path "model" ] @ args)
                    Assert.Contains(part, err)
                    Assert.Equal(code, actual)
                fails 2 "--address: found 'here', expected host:port or unix:NAME" [ "--address"; "here"; "--structure"; path "start.xyz" ]
                let nowhere = "unix:" + path "none"
                fails 2 "--skin: found '-1', expected a length" [ "--address"; nowhere; "--structure"; path "start.xyz"; "--skin=-1" ]
                fails 1 "nobody listens" [ "--address"; nowhere; "--structure"; path "start.xyz"; "--wait"; "0" ]
                ExtendedXyzWriter.Write(path "he.xyz", [ crystal.WithSpecies(ReadOnlySpan [| 2; 2 |]) ])
                fails 1 "found He as atom 1" [ "--address"; nowhere; "--structure"; path "he.xyz"; "--wait"; "0" ])

        testCase "ASE runs the model: energies, forces and stress are those of predict, and energy is conserved"
        <| fun () ->
            Tool.withPython "ase" (fun python ->
                withModel (fun path ->
                    let name = "toolkit-" + Guid.NewGuid().ToString "N"

                    let program, arguments =
                        CommandLine.command [ "serve"; path "model"; "--address"; $"unix:{name}"; "--structure"; path "start.xyz" ]

                    CommandLine.run [ "predict"; path "model"; path "start.xyz"; "--out"; path "out.xyz" ] |> ignore

                    let script =
                        """
import sys, subprocess, numpy as np
from ase.io import read
from ase.calculators.socketio import SocketIOCalculator
from ase.md.verlet import VelocityVerlet
from ase.md.velocitydistribution import MaxwellBoltzmannDistribution
from ase import units
atoms = read(sys.argv[1])
expected = read(sys.argv[2])
with SocketIOCalculator(unixsocket=sys.argv[3], timeout=60) as calc:
    atoms.calc = calc
    client = None
    import threading
    threading.Timer(1.0, lambda: subprocess.Popen(sys.argv[4:])).start()
    # ASE's Hartree and Bohr are those of CODATA 2014.
    def close(a, b): return np.abs(np.subtract(a, b)).max() < 1e-6 * (1 + np.abs(b).max())
    assert close(atoms.get_potential_energy(), expected.get_potential_energy()), (atoms.get_potential_energy(), expected.get_potential_energy())
    assert close(atoms.get_forces(), expected.get_forces()), (atoms.get_forces(), expected.get_forces())
    assert close(atoms.get_stress(), expected.get_stress()), (atoms.get_stress(), expected.get_stress())
    MaxwellBoltzmannDistribution(atoms, temperature_K=100, rng=np.random.RandomState(1))
    start = atoms.get_total_energy()
    VelocityVerlet(atoms, 0.1 * units.fs).run(50)
    assert abs(atoms.get_total_energy() - start) < 1e-3, atoms.get_total_energy() - start
    # Force constants by finite differences: symmetric, and nothing pulls when all atoms move together.
    atoms.set_positions(read(sys.argv[1]).get_positions())
    def forces(k, h):
        atoms.positions.flat[k] += h
        f = atoms.get_forces().flatten()
        atoms.positions.flat[k] -= h
        return f
    h = 1e-3
    constants = np.array([-(forces(k, h) - forces(k, -h)) / (2 * h) for k in range(6)])
    size = np.abs(constants).max()
    assert np.abs(constants - constants.T).max() < 1e-4 * size, np.abs(constants - constants.T).max() / size
    assert np.abs(constants.reshape(2, 3, 6).sum(axis=0)).max() < 1e-5 * size
    from ase.optimize import BFGS
    before = atoms.get_potential_energy()
    BFGS(atoms, logfile=None, maxstep=0.02).run(fmax=0.001, steps=8)
    assert atoms.get_potential_energy() < before
print('well\n', end='')
"""

                    let told = python script ([ path "start.xyz"; path "out.xyz"; name; program ] @ arguments)
                    Assert.Contains("well\n", told)
                    Assert.Matches("(6[4-9]|7[0-9]) steps", told)
                    // A list serves for most steps.
                    Assert.Matches("neighbours found [1-9] times", told)))
    ]
