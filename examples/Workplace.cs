using System;
using System.IO;

namespace Toolkit.Examples;

/// <summary>A folder of its own for an example that reads and writes files by their names: methane.xyz is there.</summary>
internal static class Workplace
{
    internal static void Run(Action example)
    {
        string folder = Directory.CreateTempSubdirectory("toolkit-example").FullName, before = Environment.CurrentDirectory;
        File.Copy(Path.Combine(AppContext.BaseDirectory, "methane.xyz"), Path.Combine(folder, "methane.xyz"));
        Environment.CurrentDirectory = folder;
        try
        {
            example();
        }
        finally
        {
            Environment.CurrentDirectory = before;
            Directory.Delete(folder, true);
        }
    }
}
