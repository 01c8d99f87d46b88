using OrleansChat.Grains.Hosting;

return await ChatProcess.RunAsync("Silo", () =>
{
    var builder = WebApplication.CreateBuilder(args);
    var settings = ClusterSettings.Read(builder.Configuration);
    if (settings.Mode == ClusterMode.Embedded)
        throw new FormatException("Cluster:Mode is Embedded, in which the gateway hosts the silo itself; a silo of its own needs --Cluster:Mode=Postgres");
    builder.AddChatLogging();
    builder.CheckListenAddresses("http://localhost:8081");
    builder.AddClusteredSilo(settings);
    builder.Services.AddHealthChecks().AddCheck<SiloReadiness>("silo", tags: [Health.Ready]);
    builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(20));
    var app = builder.Build();
    app.MapHealth();
    return app;
});
