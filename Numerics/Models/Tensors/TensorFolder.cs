using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Learning;
using Toolkit.Numerics.Representations;

namespace Toolkit.Numerics.Models.Tensors;

/// <summary>A model of dipoles or tensors as a folder, as <see cref="ModelFolder"/> has those of energies.</summary>
public static class TensorFolder
{
    /// <summary>Writes the folder.</summary>
    /// <param name="path">Its name; a model that is there is replaced where that is allowed.</param>
    /// <param name="model">The model.</param>
    /// <param name="replace">Whether a model that is there may be replaced.</param>
    /// <param name="beside">Other files to lie in the folder, as a report: names and contents.</param>
    /// <exception cref="InputException">It cannot be written, or something else than a model is there.</exception>
    public static void Write(string path, FittedTensor model, bool replace = false, IEnumerable<(string Name, string Text)>? beside = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        JsonObject own = new()
        {
            ["parts"] = new JsonArray(model.Parts.Select(static p => (JsonNode)new JsonObject
            {
                ["lambda"] = p.Design.Lambda, ["coefficients"] = p.Coefficients.Length, ["regularizer"] = p.Regularizer,
            }).ToArray()),
        };
        ModelFolder.WriteParts(path, model, own,
            model.Parts.Select(static p => (Name(p.Design.Lambda), NpyArray.Reals(p.Coefficients, p.Coefficients.Length))), null, replace,
            beside);
    }

    /// <summary>Reads the folder.</summary>
    /// <param name="path">Its name.</param>
    /// <param name="table">Gives coupling coefficients up to an angular momentum where those of the library end too early; or null.</param>
    /// <exception cref="InputException">It is not there, no model, of energies, of a newer format, or damaged.</exception>
    public static FittedTensor Read(string path, Func<int, CouplingTable>? table = null) => ModelFolder.ReadParts(path, table, Parse);

    private static FittedTensor Parse(ModelFolder.Parts read)
    {
        if (read.Spec.Model is not { Target: not ModelTarget.Energy } model)
            throw new InputException(read.About, null, "spec.model.target", "energy", "a model of dipoles or tensors");
        EquivariantRepresentation[] representations = [.. read.Features.Representations.Cast<EquivariantRepresentation>()];
        IReadOnlyList<JsonField> parts = read.Json["parts"].Items();
        TensorPart[] all = [.. TensorShape.Orders(model.Target).Select((lambda, k) =>
        {
            SphericalDesign design = new(lambda, representations, read.Species, model.IsMean);
            double[] coefficients = read.Arrays[Name(lambda)].ToReals();
            if (coefficients.Length != design.Columns) throw new FormatException($"{coefficients.Length} coefficients of {design.Columns}");
            return new TensorPart(design, coefficients, parts[k]["regularizer"].Real(), []);
        })];
        return new FittedTensor(read.Features, read.Species, all, ModelFolder.AboutOf(read.Json));
    }

    private static string Name(int lambda) => FormattableString.Invariant($"weights_{lambda}");
}
