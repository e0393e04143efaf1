using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Models.Fit;

/// <summary>What tells a data set from another: all that a fit reads of it goes into one hash.</summary>
internal static class DataFingerprint
{
    /// <summary>Adds a structure.</summary>
    /// <param name="hash">The hash.</param>
    /// <param name="structure">The structure.</param>
    /// <param name="inputs">The atom properties that features are made from.</param>
    /// <param name="labels">What is learned; null: absent.</param>
    public static void Append(IncrementalHash hash, Structure structure, IReadOnlyList<string> inputs, double[]?[] labels)
    {
        Span<byte> count = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(count, structure.Count);
        hash.AppendData(count);
        hash.AppendData(MemoryMarshal.AsBytes(structure.Species));
        hash.AppendData(MemoryMarshal.AsBytes(structure.Positions));
        if (structure.Cell is not null) hash.AppendData(MemoryMarshal.AsBytes(structure.Cell.Vectors));
        hash.AppendData([structure.Periodic[0] ? (byte)1 : (byte)0, structure.Periodic[1] ? (byte)1 : (byte)0,
            structure.Periodic[2] ? (byte)1 : (byte)0]);
        foreach (string key in inputs)
        {
            if (structure.AtomProperties.TryGetValue(key, out PropertyArray? v))
                hash.AppendData(MemoryMarshal.AsBytes(v.ToReals().AsSpan()));
        }

        foreach (double[]? values in labels)
        {
            BinaryPrimitives.WriteInt64LittleEndian(count, values?.Length ?? -1);
            hash.AppendData(count);
            if (values is not null) hash.AppendData(MemoryMarshal.AsBytes(values.AsSpan()));
        }
    }
}
