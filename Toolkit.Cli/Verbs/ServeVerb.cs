using System;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net.Sockets;
using System.Threading;
using Toolkit.Cli.Serving;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Models;
using Toolkit.Numerics.Structures;

namespace Toolkit.Cli.Verbs;

/// <summary><c>toolkit serve</c>: lets a simulation in ASE, i-PI or LAMMPS run with a model.</summary>
internal static class ServeVerb
{
    private const string UnixPrefix = "unix:";

    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "a model's folder, made by toolkit fit" };
        var address = new Option<string>("--address") { Description = "where the simulation listens: host:port, or unix:NAME for the socket /tmp/ipi_NAME (a NAME with / is a path)", Required = true };
        var structure = new Option<string>("--structure")
        {
            Description = "the structure that is simulated, the first in an extended-XYZ file: species in the simulation's order, periodicity, and the spins or charges of the model's fields, which i-PI does not carry",
            Required = true,
        };
        var wait = new Option<double>(
            "--wait")
        { Description = "seconds to wait for the simulation to listen", DefaultValueFactory = static _ => 30 };
        var skin = new Option<double>("--skin")
        {
            Description = "how much farther than the cutoff lists of neighbours reach, Å, which then serve until atoms have moved through half of it; 0: found anew in every step",
            DefaultValueFactory = static _ => 0.5,
        };
        Option<int> threads = ThreadOption.Create();
        var verb = new Command("serve", "Energies, forces and virials for a simulation, by the i-PI protocol.") { model, address, structure,
            wait, skin, threads };
        verb.SetAction(result =>
        {
            string place = result.GetValue(address)!, file = result.GetValue(structure)!;
            int count = ThreadOption.Read(result, threads);
            TimeSpan patience = TimeSpan.FromSeconds(result.GetValue(wait) is >= 0 and <= 1e6 and double seconds
                ? seconds
                : throw new UsageException($"--wait: found '{result.GetValue(wait)}', expected seconds of at least 0"));
            double reach = result.GetValue(skin) is >= 0 and <= 100 and double given
                ? given
                : throw new UsageException($"--skin: found '{result.GetValue(skin)}', expected a length in Å from 0 to 100");
            Func<Socket> open = Opener(place);
            FittedModel fitted = ModelFolder.Read(result.GetValue(model)!, CouplingTables.Load);
            Structure template = ExtendedXyzReader.Read(file).FirstOrDefault()
                ?? throw new InputException(file, null, null, "no structure", "the structure that is simulated");
            // What the model does not know is said before a simulation begins.
            _ = fitted.Predict(StructureSource.Of([template], file)).Count();

            using Socket socket = Connect(open, place, patience);
            using NetworkStream stream = new(socket);
            IpiClient client = new(fitted, template, count, reach);
            try
            {
                client.Answer(stream);
            }
            catch (IOException)
            {
                throw new FailureException($"{place}: the connection broke after {client.Steps} steps");
            }

            result.InvocationConfiguration.Output.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"{place}: {client.Steps} steps, neighbours found {client.Lists} times"));
            return 0;
        });
        return verb;
    }

    private static Func<Socket> Opener(string address)
    {
        if (address.StartsWith(UnixPrefix, StringComparison.Ordinal) && address.Length > UnixPrefix.Length)
        {
            string name = address[UnixPrefix.Length..], path = name.Contains('/', StringComparison.Ordinal) ? name : "/tmp/ipi_" + name;
            UnixDomainSocketEndPoint end = EndOf(path);
            return () =>
            {
                Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                return Connected(socket, () => socket.Connect(end));
            };
        }

        int colon = address.LastIndexOf(':');
        if (colon < 1 || !int.TryParse(address[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int port)
            || port is < 1 or > 65535)
        {
            throw new UsageException($"--address: found '{address}', expected host:port or unix:NAME");
        }

        string host = address[..colon];
        return () =>
        {
            Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            return Connected(socket, () => socket.Connect(host, port));
        };
    }

    private static UnixDomainSocketEndPoint EndOf(string path)
    {
        try
        {
            return new UnixDomainSocketEndPoint(path);
        }
        catch (ArgumentException)
        {
            throw new UsageException($"--address: found '{path}', expected a name of a socket, which has about a hundred bytes at most");
        }
    }

    private static Socket Connected(Socket socket, Action connect)
    {
        try
        {
            connect();
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Knocks until somebody listens.</summary>
    private static Socket Connect(Func<Socket> open, string address, TimeSpan patience)
    {
        DateTime end = DateTime.UtcNow + patience;
        while (true)
        {
            try
            {
                return open();
            }
            catch (SocketException e) when (DateTime.UtcNow >= end)
            {
                throw new FailureException($"{address}: nobody listens ({e.SocketErrorCode}) after {patience.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s");
            }
            catch (SocketException)
            {
                Thread.Sleep(100);
            }
        }
    }
}
