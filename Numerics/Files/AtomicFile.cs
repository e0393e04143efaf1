using System;
using System.IO;
using System.Runtime.InteropServices;

namespace Toolkit.Numerics.Files;

/// <summary>
/// Writes a file under a temporary name in the same folder and renames it when it is complete: who reads the file
/// sees the old content or the new one, never half of it, whatever ends the program in between. An error or an
/// interrupt (SIGINT, SIGTERM) also removes the temporary file; only a killed process leaves it behind.
/// </summary>
public static class AtomicFile
{
    private const int BufferSize = 1 << 16;

    /// <summary>Lets <paramref name="write"/> fill a file, then gives it its name, replacing one that was there.</summary>
    /// <param name="path">The file's final name; its folder must exist.</param>
    /// <param name="write">Writes the content; when it throws, nothing is left behind.</param>
    /// <exception cref="InputException">The file cannot be created, written or renamed.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        string full = Guard(path, () => Destination(path));
        string temporary = $"{full}.{Environment.ProcessId}-{Guid.NewGuid():N}.tmp";
        void Remove(PosixSignalContext _) => File.Delete(temporary);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Remove);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Remove);
        FileStream stream = Guard(path, () =>
            new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferSize));
        try
        {
            using (stream)
            {
                write(stream);
                Guard(path, () =>
                {
                    stream.Flush(flushToDisk: true);
                    return true;
                });
            }

            Guard(path, () =>
            {
                File.Move(temporary, full, overwrite: true);
                return true;
            });
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    // The file that a path means, through links: renaming over a link or a device would replace it by a file.
    private static string Destination(string path)
    {
        string full = Path.GetFullPath(path);
        string final = new FileInfo(full).LinkTarget is null ? full : File.ResolveLinkTarget(full, true)?.FullName ?? full;
        if (Directory.Exists(final))
        {
            throw new InputException(path, null, null, "a folder", "a name for a file");
        }
        bool IsUnder(string folder) =>
            full.StartsWith(folder, StringComparison.Ordinal) || final.StartsWith(folder, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows() && (IsUnder("/proc/") || (IsUnder("/dev/") && !IsUnder("/dev/shm/"))))
        {
            throw new InputException(path, null, null, "a device", "a name for a file");
        }
        return final;
    }

    private static T Guard<T>(string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new InputException(path, null, null, e is DirectoryNotFoundException ? "no such folder" : e.Message, "a file that can be written");
        }
    }
}
