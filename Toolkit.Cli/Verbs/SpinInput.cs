using System;
using System.CommandLine;
using System.Linq;
using Toolkit.Numerics.Models;
using Toolkit.Numerics.Representations;

namespace Toolkit.Cli.Verbs;

/// <summary>What verbs on the spins of a model read alike.</summary>
internal static class SpinInput
{
    /// <summary>The option that names a field of vectors.</summary>
    public static Option<string?> Field() =>
        new("--field") { Description = "which vector field of the model; needed where it has several" };

    /// <summary>Reads a model of energies with vectors.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="named">The field that was named.</param>
    /// <returns>The model, and the field's number among its own.</returns>
    /// <exception cref="UsageException">A field that it has not, or none named of several.</exception>
    /// <exception cref="FailureException">A model of something else, or without vectors.</exception>
    public static (FittedModel Model, int Field) Read(string folder, string? named)
    {
        if (ModelFolder.TargetOf(folder) != ModelTarget.Energy)
            throw new FailureException($"{folder}: found a model of dipoles or tensors, expected one of energies with a field of spins");
        FittedModel model = ModelFolder.Read(folder, CouplingTables.Load);
        string[] fields = [.. model.Features.Fields.Select(static f => f.Name)];
        if (fields.Length == 0)
            throw new FailureException($"{folder}: found a model without vector fields, expected one with a field of spins");
        if (named is null && fields.Length > 1)
            throw new UsageException($"--field: found none, expected one of {string.Join(", ", fields)}");
        int field = named is null ? 0 : Array.IndexOf(fields, named);
        return field >= 0 ? (model, field) : throw new UsageException($"--field: found '{named}', expected {string.Join(" or ", fields)}");
    }
}
