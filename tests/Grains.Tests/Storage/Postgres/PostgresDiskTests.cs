using System.Diagnostics;
using OrleansChat.Grains.Storage;
using OrleansChat.Tests.Postgres;

namespace OrleansChat.Grains.Tests.Storage.Postgres;

public sealed class PostgresDiskTests(OwnPostgres postgres) : IClassFixture<OwnPostgres>
{
    [Fact]
    public async Task A_full_disk_is_unavailable_writes_nothing_and_works_again_after()
    {
        await using var disk = await SmallDisk.MountAsync();
        Assert.SkipWhen(disk is null, "a disk can be mounted by the superuser alone");
        var server = postgres.Server;
        await PostgresServer.ExecuteAsync(server.ConnectionString("postgres"), $"CREATE TABLESPACE small LOCATION '{disk.Path}'");
        await PostgresServer.ExecuteAsync(server.ConnectionString("postgres"), "CREATE DATABASE small TABLESPACE small");
        await using var store = await PostgresTempStore.OpenAsync(server.ConnectionString("small"));
        await store.Rooms.CreateAsync(
            new NewRoom("lobby", "log", OrleansChat.Rooms.RoomKind.Public, null, "alice", OrleansChat.Rooms.MemberRole.Owner, TempStore.At));
        disk.FillUp();

        long lastSeq = 0;
        StoreUnavailableException? full = null;
        // What the files have of their last pages takes some yet.
        for (var i = 0; full is null; i++)
        {
            Assert.True(i < 1_000, "the disk is never full");
            try
            {
                lastSeq += (await AppendAsync(i)).Events.Length;
            }
            catch (StoreUnavailableException error)
            {
                full = error;
            }
        }

        Assert.Contains("disk is full", full.Message, StringComparison.Ordinal);
        Assert.False(full.OutcomeUnknown);
        Assert.Equal(lastSeq, (await store.Reader.ReadAfterAsync("lobby", 0, 10_000)).Events.Length);
        disk.MakeRoom();
        Assert.Equal(lastSeq + 1, (await AppendAsync(-1)).Outcomes.Single().Seq);

        // As random as letters are, or the database would make little of it.
        Task<AppendResult> AppendAsync(int i)
        {
            var bytes = new byte[6_000];
            new Random(i).NextBytes(bytes);
            return store.Rooms.AppendAsync(new AppendRequest(
                new RoomFence("lobby", 1), lastSeq, TempStore.At, [TempStore.From("alice", TempStore.Text(Convert.ToBase64String(bytes), $"{i}"))]));
        }
    }

    /// <summary>A disk in memory, of 32 MB.</summary>
    private sealed class SmallDisk : IAsyncDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("orleanschat-disk-");

        public string Path => _folder.FullName;

        private string Filler => System.IO.Path.Combine(Path, "filler");

        /// <returns>Nothing where that is not allowed.</returns>
        public static async Task<SmallDisk?> MountAsync()
        {
            var disk = new SmallDisk();
            if (Environment.IsPrivilegedProcess && await RunAsync("mount", "-t", "tmpfs", "-o", "size=32m,mode=777", "tmpfs", disk.Path)
                && await RunAsync("chown", "postgres", disk.Path))
            {
                return disk;
            }

            await disk.DisposeAsync();
            return null;
        }

        public void FillUp()
        {
            var free = new DriveInfo(Path).AvailableFreeSpace;
            File.WriteAllBytes(Filler, new byte[Math.Max(0, free - (1 << 20))]);
        }

        public void MakeRoom() => File.Delete(Filler);

        // The server has files there until it ends.
        public async ValueTask DisposeAsync()
        {
            await RunAsync("umount", "--lazy", Path);
            _folder.Delete(recursive: true);
        }

        private static async Task<bool> RunAsync(string program, params string[] arguments)
        {
            var start = new ProcessStartInfo(program) { UseShellExecute = false, RedirectStandardError = true };
            foreach (var argument in arguments) start.ArgumentList.Add(argument);
            using var process = Process.Start(start)!;
            await process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            return process.ExitCode == 0;
        }
    }
}
