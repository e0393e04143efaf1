using System;
using System.IO;
using System.Linq;
using Toolkit.Numerics.Simd;

namespace Toolkit.Native.Kim;

/// <summary>The library for AVX-512 beside the one for AVX2, on processors that have it: engines load one file of one name.</summary>
internal static class WiderLibrary
{
    private const string Name = "libtoolkit-v4.so";

    // What x86-64-v4 asks for, as Linux names it.
    private static readonly string[] Flags = ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"];

    /// <summary>Its path; null: there is none, the processor lacks something, or this is it.</summary>
    /// <param name="folder">Where this library lies.</param>
    public static string? Find(string folder)
    {
        string path = Path.Combine(folder, Name);
        return !EmittedKernels.AreReady && File.Exists(path) && IsSupported() ? path : null;
    }

    private static bool IsSupported()
    {
        try
        {
            string? line = File.ReadLines("/proc/cpuinfo").FirstOrDefault(static l => l.StartsWith("flags", StringComparison.Ordinal));
            return line is not null && Flags.All(line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(' ').Contains);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
