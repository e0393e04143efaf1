using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text.Json;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Representations.Nice;
using Toolkit.Numerics.Structures;

namespace Toolkit.Native.Abi;

/// <summary>Features: the functions <c>toolkit_features_…</c> of toolkit.h.</summary>
internal static unsafe class FeatureExports
{
    // What messages call what the caller handed over.
    private const string Spec = "spec", Structures = "structures";

    /// <summary>Prepares features from a specification, and from structures where it leaves something to the data.</summary>
    [UnmanagedCallersOnly(EntryPoint = "toolkit_features_open")]
    public static int Open(byte* spec, long count, StructureView* structures, byte* fitted, int threads, nint* features) =>
        Handles.Try(() =>
    {
        List<Structure> all = [];
        for (long s = 0; s < count; s++)
            all.Add(StructureView.Read(structures + s));
        string? path = fitted == null ? null : Handles.Text(fitted, nameof(fitted));
        Spec wanted = Numerics.Representations.Spec.Parse(Handles.Text(spec, nameof(spec)), Spec);
        var request = new FeatureRequest { Threads = threads, Fitted = path is null ? null : (NiceFile.Read(path), path) };
        *features = Handles.New(PreparedFeatures.FromData(wanted, StructureSource.Of(all, Structures), Spec, request, null, null));
    });

    /// <summary>What features are, as JSON.</summary>
    [UnmanagedCallersOnly(EntryPoint = "toolkit_features_about")]
    public static int About(nint features, byte** text) =>
        Handles.Try(() =>
        {
            PreparedFeatures prepared = Handles.Get<PreparedFeatures>(features);
            *text = JsonText.Of(json => Write(json, prepared));
        });

    /// <summary>Features of all atoms.</summary>
    [UnmanagedCallersOnly(EntryPoint = "toolkit_features_compute")]
    public static int Compute(nint features, StructureView* structure, int threads, double* values) => Handles.Try(() =>
    {
        RepresentationSet set = Handles.Get<PreparedFeatures>(features).Set;
        Structure atoms = StructureView.Read(structure);
        set.Compute(atoms, new Span<double>(values, checked(atoms.Count * set.FeatureCount)), threads);
    });

    /// <summary>The number of rows of gradients.</summary>
    [UnmanagedCallersOnly(EntryPoint = "toolkit_features_gradient_rows")]
    public static int GradientRows(nint features, StructureView* structure, long* rows) => Handles.Try(() =>
    {
        using RepresentationSet.SurroundedStructure around =
            Handles.Get<PreparedFeatures>(features).Set.Surround(StructureView.Read(structure), 1);
        *rows = around.RowCounts(around.All).Sum(static n => (long)n);
    });

    /// <summary>Features and their gradients.</summary>
    [UnmanagedCallersOnly(EntryPoint = "toolkit_features_gradients")]
    public static int Gradients(
        nint features, StructureView* structure, int threads, double* values, int* offsets, int* atoms, double* gradients,
            double* fields) => Handles.Try(() =>
    {
        FeatureGradients found = Handles.Get<PreparedFeatures>(features).Set.ComputeWithGradients(StructureView.Read(structure), threads);
        found.Values.CopyTo(new Span<double>(values, found.Values.Length));
        found.Offsets.CopyTo(new Span<int>(offsets, found.Offsets.Length));
        found.Atoms.CopyTo(new Span<int>(atoms, found.Atoms.Length));
        found.Gradients.CopyTo(new Span<double>(gradients, found.Gradients.Length));
        if (fields != null) found.VectorGradients.CopyTo(new Span<double>(fields, found.VectorGradients.Length));
    });

    private static void Write(Utf8JsonWriter json, PreparedFeatures features)
    {
        json.WritePropertyName("spec");
        json.WriteRawValue(features.Spec.ToJson());
        json.WriteNumber("length", features.Set.FeatureCount);
        json.WriteNumber("cutoff", features.Set.Cutoff);
        json.WriteBoolean("equivariant", features.Representations[0] is EquivariantRepresentation);
        json.WriteTexts("inputs", features.Inputs);
        json.WriteTexts("fields", features.Set.Fields.Select(static f => f.Name));
        json.WriteStartArray("blocks");
        foreach (FeatureBlock block in FeatureBlocks.Of(features.Representations))
            Write(json, block);
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, FeatureBlock block)
    {
        json.WriteStartObject();
        json.WriteNumber("lambda", block.Lambda);
        json.WriteNumber("sigma", block.Sigma);
        // Runs of channels in a row: [first place, channels].
        json.WriteStartArray("columns");
        foreach (FeatureColumns columns in block.Columns)
        {
            json.WriteStartArray();
            json.WriteNumberValue(columns.First);
            json.WriteNumberValue(columns.Channels);
            json.WriteEndArray();
        }
        json.WriteEndArray();
        json.WriteTexts("names", block.LabelNames);
        json.WriteNumbers("labels", block.Labels);
        json.WriteEndObject();
    }
}
