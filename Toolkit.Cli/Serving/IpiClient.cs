using System;
using System.IO;
using System.Linq;
using Toolkit.Numerics.Models;
using Toolkit.Numerics.Neighbors;
using Toolkit.Numerics.Structures;

namespace Toolkit.Cli.Serving;

/// <summary>
/// Answers a simulation that drives the model through i-PI: places and cell come in, energy, forces and virial go out. Species,
/// periodicity, spins and charges, which the protocol does not carry, are those of a structure.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="template">The structure: its atoms in the server's order.</param>
/// <param name="threads">How many threads may work.</param>
/// <param name="skin">How much farther than the cutoff lists of neighbours reach, which then serve for several steps, Å.</param>
internal sealed class IpiClient(FittedModel model, Structure template, int threads, double skin)
{
    /// <summary>CODATA 2018.</summary>
    internal const double Bohr = 0.529177210903, Hartree = 27.211386245988;

    private readonly VerletList? _neighbours = model.IsLocal && skin > 0 ? new VerletList(model.Cutoff, skin) : null;
    private readonly int[] _atoms = Enumerable.Range(0, template.Count).ToArray();
    private Prediction? _prediction;
    private bool _isReady;

    /// <summary>How many structures were answered.</summary>
    public long Steps { get; private set; }

    /// <summary>How many times neighbours were found anew; as often as there were steps where no list is kept.</summary>
    public long Lists => _neighbours?.Builds ?? Steps;

    /// <summary>Answers until the server says that it is over, or closes the connection between messages.</summary>
    /// <exception cref="FailureException">A connection that ends inside a message; another message, number of atoms or cell than there can
    /// be; a structure that no energy is known of.</exception>
    public void Answer(Stream stream)
    {
        IpiConnection connection = new(stream);
        while (connection.ReadHeader() is string header)
        {
            switch (header)
            {
                case "STATUS":
                    // The forces are computed before the next question is read: there are always data by then.
                    connection.Write(_prediction is not null ? "HAVEDATA" : _isReady ? "READY" : "NEEDINIT");
                    break;
                case "INIT":
                    connection.ReadInteger();
                    connection.Skip(connection.ReadCount("bytes of words", 1));
                    _isReady = true;
                    break;
                case "POSDATA":
                    // Who sends places without a beginning needs none.
                    _isReady = true;
                    _prediction = Predict(connection);
                    break;
                case "GETFORCE":
                    Prediction found = _prediction ?? throw new FailureException("the server asks for forces before it gives places");
                    connection.WriteForces(
                        found.Energy / Hartree, Array.ConvertAll(found.Forces, static f => f * Bohr / Hartree),
                        Transposed(found.Virial, 1 / Hartree));
                    _prediction = null;
                    Steps++;
                    break;
                case "EXIT":
                    return;
                default:
                    throw new FailureException($"the server sends {Numerics.Files.InputError.Quote(header)}: no message of i-PI");
            }
        }
    }

    private Prediction Predict(IpiConnection connection)
    {
        double[] cell = Transposed(connection.ReadReals(9), Bohr);
        connection.ReadReals(9);
        int count = connection.ReadCount("atoms", 3 * sizeof(double));
        double[] places = Array.ConvertAll(connection.ReadReals(3 * count), static x => x * Bohr);
        if (count != template.Count)
            throw new FailureException($"the server has {count} atoms, expected {template.Count}, as --structure has");

        try
        {
            Structure structure = template.WithPositions(places);
            if (template.Periodic != Periodicity.None)
            {
                // Directions that do not repeat keep what they have: a server fills them with anything.
                double[] vectors = template.Cell!.Vectors.ToArray();
                for (int d = 0; d < 3; d++)
                {
                    if (template.Periodic[d])
                        cell.AsSpan(3 * d, 3).CopyTo(vectors.AsSpan(3 * d));
                }

                structure = structure.WithCell(new Cell(vectors), template.Periodic);
            }

            if (_neighbours is null) return model.Predict(structure, threads);
            using NeighborList pairs = _neighbours.Of(structure, threads);
            return model.Predict(structure, pairs, _atoms, threads);
        }
        catch (ArgumentException e)
        {
            throw new FailureException($"step {Steps + 1}: {e.Message}");
        }
    }

    /// <summary>The wire has lattice vectors in columns.</summary>
    private static double[] Transposed(double[] m, double factor) =>
        Enumerable.Range(0, 9).Select(k => factor * m[(k % 3 * 3) + (k / 3)]).ToArray();
}
