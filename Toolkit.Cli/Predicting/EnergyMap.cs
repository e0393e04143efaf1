using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Models;
using Toolkit.Numerics.Structures;

namespace Toolkit.Cli.Predicting;

/// <summary>
/// Energies as a metatensor file (.mts) with their gradients by positions, in eV/Å, and by a strain, in eV: one block, samples (system),
/// property energy.
/// </summary>
internal static class EnergyMap
{
    /// <summary>Writes the file when all structures have come: a few numbers of each atom are held.</summary>
    /// <param name="path">Its name.</param>
    /// <param name="predictions">Structures and what is predicted.</param>
    /// <param name="replace">Whether a file that is there may be replaced.</param>
    public static void Write(string path, IEnumerable<(Structure Structure, Prediction Prediction)> predictions, bool replace)
    {
        List<double> energies = [];
        List<double[]> positions = [], strains = [];
        List<int[]> movers = [];
        foreach ((Structure s, Prediction p) in predictions)
        {
            int system = energies.Count;
            energies.Add(p.Energy);
            // Forces and virial are the negative gradients.
            positions.Add(Array.ConvertAll(p.Forces, static x => 0 - x));
            strains.Add(Array.ConvertAll(p.Virial, static x => 0 - x));
            movers.Add([.. Enumerable.Range(0, s.Count).SelectMany(i => new[] { system, system, i })]);
        }

        int n = energies.Count;
        int[] all = [.. Enumerable.Range(0, n)];
        const string Block = "blocks/0/", ByPositions = Block + "gradients/positions/", ByStrain = Block + "gradients/strain/";
        NpzWriter.Write(path,
        [
            ("keys", NpyArray.Records(["_"], [[0]])),
            (Block + "values", NpyArray.Reals([.. energies], n, 1)),
            (Block + "samples", NpyArray.Records(["system"], [all])),
            (Block + "properties", NpyArray.Records(["energy"], [[0]])),
            (ByPositions + "values", NpyArray.Reals(positions, positions.Sum(static p => p.LongLength) / 3, 3, 1)),
            (ByPositions + "samples", NpyArray.Records(["sample", "system", "atom"], movers)),
            (ByPositions + "components/0", NpyArray.Records(["xyz"], [[0, 1, 2]])),
            (ByStrain + "values", NpyArray.Reals(strains, n, 3, 3, 1)),
            (ByStrain + "samples", NpyArray.Records(["sample"], [all])),
            (ByStrain + "components/0", NpyArray.Records(["xyz_1"], [[0, 1, 2]])),
            (ByStrain + "components/1", NpyArray.Records(["xyz_2"], [[0, 1, 2]])),
        ], replace);
    }
}
