namespace WsFanout.Planning.Output;

/// <summary>A file that is replaced as a whole or not at all: what comes in its place is written beside it and then renamed.</summary>
internal sealed class ReplacedFile
{
    private const long MaxReadBytes = 1L << 20;

    private readonly string _path;

    /// <param name="path">As given; a link is followed, so that it stays one.</param>
    /// <exception cref="IOException">There is something that is no file.</exception>
    public ReplacedFile(string path)
    {
        _path = Path.GetFullPath(File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : path);
        if (Directory.Exists(_path)) throw new IOException("it is a directory");
        if (_path.StartsWith("/dev/", StringComparison.Ordinal) || _path.StartsWith("/proc/", StringComparison.Ordinal)) throw new IOException("it is no file; without --out the plan is printed on standard output");
    }

    /// <returns>What stands there now; null when nothing does.</returns>
    /// <exception cref="IOException">It can't be read.</exception>
    public string? Read()
    {
        if (!File.Exists(_path)) return null;

        return new FileInfo(_path).Length <= MaxReadBytes ? File.ReadAllText(_path) : throw new IOException("what stands there is larger than 1 MB, so it is no file of settings");
    }

    /// <summary>Puts a text in its place, with the permissions that it had.</summary>
    /// <exception cref="IOException">It is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public void Replace(string text)
    {
        var beside = $"{_path}.{Guid.NewGuid():n}.tmp";
        try
        {
            using (var file = new FileStream(beside, Options()))
            {
                using var writer = new StreamWriter(file);
                writer.Write(text);
                writer.Flush();
                file.Flush(flushToDisk: true);
            }

            File.Move(beside, _path, overwrite: true);
        }
        finally
        {
            File.Delete(beside);
        }
    }

    private FileStreamOptions Options()
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows() && File.Exists(_path)) options.UnixCreateMode = File.GetUnixFileMode(_path);
        return options;
    }
}
